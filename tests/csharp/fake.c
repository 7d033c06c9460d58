/* A library of another version, for LibraryTests.cs. */
unsigned rv_abi_version(void) { return 99; }
const char *rv_version(void) { return "9.8.7"; }
