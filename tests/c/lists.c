/* Signal lists in files, and what people read of a signal. */

#include "check.h"

/* The one list of these tests, in the folder for such files or else in this one. */
static const char *list_file(void) {
    static char path[1024];
    const char *folder = getenv("TMPDIR");
    if (!folder)
        folder = getenv("TEMP");
    snprintf(path, sizeof path, "%s/realvirtual-ws-lists.csv", folder ? folder : ".");
    return path;
}

static int write_list(const char *text) {
    FILE *file = fopen(list_file(), "wb");
    return file && fputs(text, file) >= 0 && fclose(file) == 0;
}

static int has_note(rv_interface *iface, uint32_t id, rv_note note, const char *expected) {
    char text[64];
    return rv_get_signal_note(iface, id, note, text, sizeof text, NULL) == RV_OK && !strcmp(text, expected);
}

static void a_list_is_loaded_and_saved(void) {
    rv_interface *one = open_server(RV_PERSPECTIVE_SIMULATION), *other = open_server(RV_PERSPECTIVE_SIMULATION);
    rv_signal_options signal;
    uint32_t id = 0;
    CHECK(one && other);
    CHECK(write_list("Name;Symbolname;Comment;Type;Direction;Folder\nPart;bPart;seen;BOOL;INPUT;Cell\n"));
    RESULT(1, rv_load_signals(one, list_file(), RV_LIST_AUTO));
    memset(&signal, 0, sizeof signal);
    signal.struct_size = sizeof signal;
    signal.name = "rSpeed";
    signal.display_name = "Speed";
    signal.kind = RV_KIND_FLOAT;
    signal.direction = RV_DIRECTION_OUTPUT;
    OK(rv_add_signal_with(one, &signal, &id));
    RESULT(2, rv_save_signals(one, list_file(), RV_LIST_JSON));
    RESULT(2, rv_load_signals(other, list_file(), RV_LIST_JSON));
    remove(list_file());
    OK(rv_find_signal(other, "bPart", &id));
    CHECK(has_note(other, id, RV_NOTE_COMMENT, "seen"));
    CHECK(has_note(other, id, RV_NOTE_FOLDER, "Cell"));
    CHECK(has_note(other, id, RV_NOTE_DISPLAY_NAME, "Part"));
    OK(rv_find_signal(other, "rSpeed", &id));
    CHECK(has_note(other, id, RV_NOTE_COMMENT, ""));
    CHECK(has_note(other, id, RV_NOTE_DISPLAY_NAME, "Speed"));
}

static void a_wrong_list_is_named_with_its_line(void) {
    rv_interface *iface = open_server(RV_PERSPECTIVE_SIMULATION);
    CHECK(iface);
    CHECK(write_list("Name,Type\nGood,BOOL\nBad,WORD\n"));
    RESULT(RV_ERR_FORMAT, rv_load_signals(iface, list_file(), RV_LIST_AUTO));
    MESSAGE("realvirtual-ws-lists.csv, line 3: ");
    remove(list_file());
    RESULT(0, rv_signal_count(iface));
    RESULT(RV_ERR_FILE, rv_load_signals(iface, list_file(), RV_LIST_AUTO));
    MESSAGE(list_file());
    RESULT(RV_ERR_ARGUMENT, rv_load_signals(iface, list_file(), (rv_list_format)9));
}

void list_tests(void) {
    run_test("a_list_is_loaded_and_saved", a_list_is_loaded_and_saved);
    run_test("a_wrong_list_is_named_with_its_line", a_wrong_list_is_named_with_its_line);
}
