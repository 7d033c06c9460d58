// The jslib's tests: run.js plain | PROGRAM.js...; a program whose name holds "bigint" was made with WASM_BIGINT.
'use strict';
const path = require('path');
const { plain, compiled } = require('./library');
const vectors = require('./vectors');
const units = require('./units');

async function main(programs) {
  let passed = 0;
  const failures = [];
  for (const program of programs) {
    const file = path.resolve(program);
    const load = program === 'plain' ? plain : (host) => compiled(file, host, program.includes('bigint'));
    const name = path.basename(program, '.js');
    const played = await vectors.runAll(load);
    const tested = await units.runAll(load);
    passed += played.passed + tested.passed;
    failures.push(...[...played.failures, ...tested.failures].map((failure) => `${name}: ${failure}`));
    console.log(`webgl: ${name}: ${played.passed} vectors, ${tested.passed} tests; ${played.servers} vectors are for servers alone`);
    if (program === programs[0]) played.absent.forEach((why) => console.log(`webgl: left out: ${why}`));
  }
  failures.forEach((failure) => console.log(failure));
  console.log(`webgl: ${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length ? 1 : 0;
}

main(process.argv.slice(2));
