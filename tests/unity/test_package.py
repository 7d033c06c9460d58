"""The Unity package as an archive: its .meta files, its lint, its plugins' import settings, and what its README says.

Needs nothing but python3 and git.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import unity_meta  # noqa: E402
import unity_package  # noqa: E402

SCRIPT = "Runtime/WebsocketRealtimeInterface.cs"
NOT_RUN = "not run on: macOS, iOS, Android, Unity"


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"found {found!r}, expected {expected!r}")


def staged(scratch):
    """A copy of what is shipped, without native libraries."""
    folder = Path(scratch) / "package"
    unity_package.stage(folder)
    return folder


def assert_fault(folder, *words):
    found = unity_meta.faults(folder)
    if not any(all(word in fault for word in words) for fault in found):
        raise AssertionError(f"no fault with {words} in {found}")


def the_package_has_no_faults():
    equal(unity_package.check(unity_package.PACKAGE), [])


def the_wrapper_in_the_package_is_the_one_in_bindings():
    equal(list(unity_package.core_faults()), [])


def the_lint_finds_a_missing_meta(folder):
    (folder / f"{SCRIPT}.meta").unlink()
    assert_fault(folder, SCRIPT, "has no .meta")


def the_lint_finds_a_missing_meta_of_a_folder(folder):
    (folder / "Editor.meta").unlink()
    assert_fault(folder, "Editor", "has no .meta")


def the_lint_finds_an_orphaned_meta(folder):
    (folder / SCRIPT).unlink()
    assert_fault(folder, f"{SCRIPT}.meta", "belongs to nothing")


def the_lint_finds_a_duplicate_guid(folder):
    shutil.copyfile(folder / f"{SCRIPT}.meta", folder / "Runtime/SignalExchange.cs.meta")
    assert_fault(folder, "has the guid of")


def the_lint_finds_a_guid_that_is_not_the_paths(folder):
    meta = folder / f"{SCRIPT}.meta"
    meta.write_text(meta.read_text().replace(unity_meta.guid(SCRIPT), hashlib.md5(b"other").hexdigest()))
    assert_fault(folder, SCRIPT, "does not follow")


def the_lint_finds_the_wrong_importer(folder):
    meta = folder / f"{SCRIPT}.meta"
    meta.write_text(meta.read_text().replace("MonoImporter", "DefaultImporter"))
    assert_fault(folder, SCRIPT, "MonoImporter")


def the_lint_finds_a_library_where_none_belongs(folder):
    (folder / "Plugins" / "librealvirtual_ws.so").write_bytes(b"")
    assert_fault(folder, "Plugins/librealvirtual_ws.so", "no platform")


def with_libraries(folder, platforms):
    for platform in platforms:
        target = folder / platform.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(platform.name.encode())


def each_plugin_is_enabled_for_exactly_its_platform(folder):
    with_libraries(folder, unity_meta.PLATFORMS)
    unity_meta.write(folder)
    equal(unity_meta.faults(folder), [])
    for platform in unity_meta.PLATFORMS:
        enabled = unity_meta.enabled_platforms((folder / f"{platform.path}.meta").read_text())
        equal(enabled, platform.enabled())
        # The editor loads the desktops' libraries alone, each on its own system.
        equal(len(enabled), 2 if platform.editor else 1)
    pairs = [pair for platform in unity_meta.PLATFORMS for pair in platform.enabled()]
    equal(len(set(pairs)), len(pairs))


def the_lint_finds_a_plugin_that_is_enabled_for_another_platform(folder):
    with_libraries(folder, unity_meta.PLATFORMS)
    unity_meta.write(folder)
    for platform in unity_meta.PLATFORMS:
        meta = folder / f"{platform.path}.meta"
        right = meta.read_text()
        other = "WebGL: WebGL" if platform.name != "webgl" else "Standalone: Win64"
        meta.write_text(right.replace(f"{other}\n    second:\n      enabled: 0", f"{other}\n    second:\n      enabled: 1"))
        assert_fault(folder, platform.path, "not for its platform alone")
        meta.write_text(right.replace("enabled: 1", "enabled: 0"))
        assert_fault(folder, platform.path, "not for its platform alone")
        meta.write_text(right)
    equal(unity_meta.faults(folder), [])


def the_lint_finds_a_plugin_for_the_wrong_processor(folder):
    platform = next(platform for platform in unity_meta.PLATFORMS if platform.name == "android-arm64")
    with_libraries(folder, [platform])
    unity_meta.write(folder)
    meta = folder / f"{platform.path}.meta"
    meta.write_text(meta.read_text().replace("CPU: ARM64", "CPU: ARMv7"))
    assert_fault(folder, platform.path, "not for its platform alone")


def a_meta_goes_with_its_library(folder):
    with_libraries(folder, unity_meta.PLATFORMS[:1])
    unity_meta.write(folder)
    shutil.rmtree(folder / "Plugins" / "Windows")
    unity_meta.write(folder)
    equal((folder / "Plugins" / "Windows.meta").exists(), False)
    equal(unity_meta.faults(folder), [])


def an_archive_holds_the_libraries_that_there_are(folder):
    absent = next(platform for platform in unity_meta.PLATFORMS if platform.name == "ios")
    scratch = folder.parent
    before = unity_package.DIST, unity_package.RELEASE
    unity_package.DIST, unity_package.RELEASE = scratch / "dist", scratch / "release"
    try:
        for platform in unity_meta.PLATFORMS:
            if platform in (absent, unity_package.WEBGL):
                continue
            library = unity_package.DIST / "native" / platform.name / Path(platform.path).name
            library.parent.mkdir(parents=True)
            library.write_bytes(platform.name.encode())
        equal(unity_package.put_plugins(folder), [absent.name])
    finally:
        unity_package.DIST, unity_package.RELEASE = before
    file = scratch / "package.tgz"
    file.write_bytes(unity_package.archive(folder))
    with tarfile.open(file) as tar:
        names = tar.getnames()
    for name in ("package.json", "README.md", SCRIPT, f"{SCRIPT}.meta", "Samples~/Mirror/MirrorDemo.cs", "Documentation~/index.md"):
        equal(f"package/{name}" in names, True)
    for platform in unity_meta.PLATFORMS:
        there = platform is not absent
        equal([f"package/{platform.path}{end}" in names for end in ("", ".meta")], [there, there])
    (scratch / "unpacked").mkdir()
    equal(unity_package.check(unity_package.unpack(file, scratch / "unpacked")), [])


def the_same_files_make_the_same_archive(folder):
    first = unity_package.archive(folder)
    again = staged(folder.parent / "again")
    for path in again.rglob("*"):
        path.touch()
    equal(unity_package.archive(again) == first, True)


def the_library_for_webgl_comes_with_every_copy(folder):
    meta = folder / f"{unity_package.WEBGL.path}.meta"
    equal(unity_meta.enabled_platforms(meta.read_text()), {("WebGL: WebGL", None)})
    equal((folder / unity_package.WEBGL.path).read_bytes(), unity_package.JSLIB.read_bytes())


def no_native_library_is_committed():
    listed = subprocess.run(
        ["git", "ls-files", "unity-sample"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    equal([path for path in listed if path.endswith((".so", ".dll", ".dylib", ".a", ".bundle"))], [])
    equal(any(path.endswith("package.json") for path in listed), True)
    attributes = ROOT / ".gitattributes"
    equal(attributes.is_file() and "lfs" in attributes.read_text(), False)


def section(text, title):
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def the_packages_readme_says_what_is_not_verified():
    unverified = section((unity_package.PACKAGE / "README.md").read_text(), "Not verified here")
    for thing in ("asset import", "Inspector", "IL2CPP", "device builds"):
        equal(thing in unverified, True)


def both_readmes_say_where_it_was_not_run():
    for readme in (ROOT / "README.md", unity_package.PACKAGE / "README.md"):
        equal((str(readme), NOT_RUN in readme.read_text()), (str(readme), True))


TESTS = [
    the_package_has_no_faults,
    the_wrapper_in_the_package_is_the_one_in_bindings,
    the_lint_finds_a_missing_meta,
    the_lint_finds_a_missing_meta_of_a_folder,
    the_lint_finds_an_orphaned_meta,
    the_lint_finds_a_duplicate_guid,
    the_lint_finds_a_guid_that_is_not_the_paths,
    the_lint_finds_the_wrong_importer,
    the_lint_finds_a_library_where_none_belongs,
    each_plugin_is_enabled_for_exactly_its_platform,
    the_lint_finds_a_plugin_that_is_enabled_for_another_platform,
    the_lint_finds_a_plugin_for_the_wrong_processor,
    a_meta_goes_with_its_library,
    an_archive_holds_the_libraries_that_there_are,
    the_same_files_make_the_same_archive,
    the_library_for_webgl_comes_with_every_copy,
    no_native_library_is_committed,
    the_packages_readme_says_what_is_not_verified,
    both_readmes_say_where_it_was_not_run,
]


def main():
    failed = 0
    for test in TESTS:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                test(staged(scratch)) if test.__code__.co_argcount else test()
            except Exception:  # noqa: BLE001 - every failure is one of the test
                failed += 1
                print(f"{test.__name__}:\n{traceback.format_exc()}")
    print(f"unity package: {len(TESTS) - failed} passed, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
