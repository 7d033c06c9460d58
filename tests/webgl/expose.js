// What the tests need of a compiled program besides its functions: its memory, which is another array after growing.
Module['memory'] = function () { return HEAPU8.buffer; };
