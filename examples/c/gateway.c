/*
 * gateway.c - a controller with a 10 ms scan cycle that offers its signals as a server
 *
 * It stands for a PLC or its gateway and for a small conveyor cell: three belts in a row, a light barrier at both ends
 * of each, parts that come in at the first belt and leave at the last. A digital twin or an operator's panel connects
 * as a client, gets the cell's state, and commands it:
 *
 *   Cell.Start, Cell.Stop      buttons: a rising edge counts, also one that was over before the scan
 *   Cell.Reset                 button: clears the fault once the emergency stop is released
 *   Cell.EmergencyStop         1 = pressed: the belts halt and a fault is latched
 *   Cell.SpeedSetpoint         belt speed in mm/s, 0 to 1000
 *   Cell.LotSize, Cell.Order   parts to let in (0 = no end) and a text that is shown with them
 *   Feeder.Blocked             1 = no new parts come in
 *
 * How it is built, as most controllers are: a process image, and every scan reads the inputs (rv_poll_changes), runs
 * the logic, and writes all outputs at once (rv_set_values, then rv_flush because of RV_SEND_MANUAL), so that a client
 * never sees half a scan. The program is the PLC's side, hence own_perspective = RV_PERSPECTIVE_CONTROLLER: it writes
 * PLCOutput signals and reads PLCInput signals.
 *
 * Build and run:
 *   make build && target/c/gateway --port 7000
 */

#include "example.h"

#include <stddef.h>

const char program[] = "gateway";

static const char usage[] =
    "usage: gateway [--port N] [--address IP] [--seconds N] [--allow-anonymous-network]\n"
    "\n"
    "A simulated conveyor cell with its controller, as a server.\n"
    "  --port N       TCP port to listen on, 0 = any free one (default 7000)\n"
    "  --address IP   address to listen on (default 127.0.0.1: this machine alone)\n"
    "  --seconds N    end after this time (default 0: on Ctrl-C)\n"
    "  --allow-anonymous-network\n"
    "                 needed for an address that other machines can reach: anyone there may then command the cell\n";

enum {
    BELTS = 3,
    SCAN_MS = 10,
    BELT_MM = 1000,
    LINE_MM = BELTS * BELT_MM,
    PART_MM = 150,     /* length of a part */
    SPACING_MM = 500,  /* distance from part to part */
    MAX_PARTS = LINE_MM / SPACING_MM + 2
};

/* ---- The process image: what crosses between the logic and the signals ---- */

struct button {
    uint8_t on;
    uint32_t rises; /* rising edges since the last scan */
};

struct belt {
    uint8_t running, sensor_entry, sensor_exit;
    int64_t part_count;
    double speed, current, temperature;
    const char *status;
};

struct cell {
    /* inputs */
    struct button start, stop, reset, emergency_stop, feeder_blocked;
    double speed_setpoint;
    int64_t lot_size;
    char order[256];
    /* outputs */
    uint8_t running, fault, green, yellow, red;
    int64_t scan_count, parts_in, parts_out;
    double scan_time_ms;
    const char *state, *message, *current_order;
    struct belt belt[BELTS];
    /* the parts on the line: the front edge's distance from the start, the oldest part first */
    double part[MAX_PARTS];
    int parts;
    double since_last_part;
};

struct entry {
    const char *name;
    uint32_t kind, direction;
    size_t offset;
};

#define BUTTON(name, field) { name, RV_KIND_BOOL, RV_DIRECTION_INPUT, offsetof(struct cell, field) }
#define READS(kind, name, field) { name, RV_KIND_##kind, RV_DIRECTION_INPUT, offsetof(struct cell, field) }
#define WRITES(kind, name, field) { name, RV_KIND_##kind, RV_DIRECTION_OUTPUT, offsetof(struct cell, field) }
#define BELT(number, name) \
    WRITES(BOOL, name ".Running", belt[number].running), \
    WRITES(TEXT, name ".Status", belt[number].status), \
    WRITES(FLOAT, name ".Speed", belt[number].speed), \
    WRITES(BOOL, name ".SensorEntry", belt[number].sensor_entry), \
    WRITES(BOOL, name ".SensorExit", belt[number].sensor_exit), \
    WRITES(INT, name ".PartCount", belt[number].part_count), \
    WRITES(FLOAT, name ".Drive.Current", belt[number].current), \
    WRITES(FLOAT, name ".Drive.Temperature", belt[number].temperature)

/* Signals get their ids in the order in which they are declared, so a signal's id is its index here. */
static const struct entry table[] = {
    BUTTON("Cell.Start", start),
    BUTTON("Cell.Stop", stop),
    BUTTON("Cell.Reset", reset),
    BUTTON("Cell.EmergencyStop", emergency_stop),
    BUTTON("Feeder.Blocked", feeder_blocked),
    READS(FLOAT, "Cell.SpeedSetpoint", speed_setpoint),
    READS(INT, "Cell.LotSize", lot_size),
    READS(TEXT, "Cell.Order", order),
    WRITES(BOOL, "Cell.Running", running),
    WRITES(BOOL, "Cell.Fault", fault),
    WRITES(TEXT, "Cell.State", state),
    WRITES(TEXT, "Cell.Message", message),
    WRITES(TEXT, "Cell.CurrentOrder", current_order),
    WRITES(INT, "Cell.ScanCount", scan_count),
    WRITES(FLOAT, "Cell.ScanTimeMs", scan_time_ms),
    WRITES(INT, "Cell.PartsIn", parts_in),
    WRITES(INT, "Cell.PartsOut", parts_out),
    WRITES(BOOL, "StackLight.Green", green),
    WRITES(BOOL, "StackLight.Yellow", yellow),
    WRITES(BOOL, "StackLight.Red", red),
    BELT(0, "Conveyor1"),
    BELT(1, "Conveyor2"),
    BELT(2, "Conveyor3"),
};

enum { SIGNALS = sizeof table / sizeof table[0] };

static void declare_signals(rv_interface *iface, const struct cell *cell) {
    uint32_t i;
    for (i = 0; i < SIGNALS; i++) {
        rv_signal_options signal;
        uint32_t id = 0;
        memset(&signal, 0, sizeof signal);
        signal.struct_size = sizeof signal;
        signal.name = table[i].name;
        signal.kind = table[i].kind;
        signal.direction = table[i].direction;
        if (table[i].offset == offsetof(struct cell, speed_setpoint)) {
            signal.initial.kind = RV_KIND_FLOAT; /* what the twin sees before it sets a speed */
            signal.initial.number = cell->speed_setpoint;
        }
        check(table[i].name, rv_add_signal_with(iface, &signal, &id));
        if (id != i) {
            fprintf(stderr, "%s: %s has id %u, not %u\n", program, table[i].name, (unsigned)id, (unsigned)i);
            exit(1);
        }
    }
}

static void read_inputs(rv_interface *iface, struct cell *cell) {
    rv_change changes[SIGNALS]; /* room for all of them: what arrived together is never torn apart */
    int32_t count = check("rv_poll_changes", rv_poll_changes(iface, changes, SIGNALS));
    int32_t i;
    for (i = 0; i < count; i++) {
        const rv_change *change = &changes[i];
        void *field = (char *)cell + table[change->signal].offset;
        switch (change->kind) {
        case RV_KIND_BOOL:
            ((struct button *)field)->on = change->integer != 0;
            ((struct button *)field)->rises += change->rise_count;
            break;
        case RV_KIND_INT:
            *(int64_t *)field = change->integer;
            break;
        case RV_KIND_FLOAT:
            *(double *)field = change->number;
            break;
        default: /* the only text is the order; one that does not fit is left as it was */
            if ((size_t)change->integer < sizeof cell->order)
                check("rv_get_text", rv_get_text(iface, change->signal, cell->order, sizeof cell->order, NULL));
        }
    }
}

static void write_outputs(rv_interface *iface, const struct cell *cell) {
    rv_value values[SIGNALS];
    uint32_t count = 0, i;
    memset(values, 0, sizeof values);
    for (i = 0; i < SIGNALS; i++) {
        const void *field = (const char *)cell + table[i].offset;
        rv_value *value = &values[count];
        if (table[i].direction != RV_DIRECTION_OUTPUT)
            continue;
        value->signal = i;
        value->kind = table[i].kind;
        switch (table[i].kind) {
        case RV_KIND_BOOL: value->integer = *(const uint8_t *)field; break;
        case RV_KIND_INT: value->integer = *(const int64_t *)field; break;
        case RV_KIND_FLOAT: value->number = *(const double *)field; break;
        default: value->text = *(const char *const *)field;
        }
        count++;
    }
    check("rv_set_values", rv_set_values(iface, values, count));
    check("rv_flush", rv_flush(iface));
}

/* ---- The controller ---- */

static int rose(struct button *button) {
    int result = button->rises > 0;
    button->rises = 0;
    return result;
}

static void control(struct cell *cell) {
    int start = rose(&cell->start), stop = rose(&cell->stop), reset = rose(&cell->reset);
    int emergency = rose(&cell->emergency_stop) || cell->emergency_stop.on;
    int lot_done = cell->lot_size > 0 && cell->parts_out >= cell->lot_size;

    if (emergency)
        cell->fault = 1;
    else if (reset) {
        cell->fault = 0;
        cell->parts_in = cell->parts_out = cell->parts = 0;
        cell->since_last_part = SPACING_MM;
    }
    if (start && !cell->fault && !lot_done)
        cell->running = 1;
    if (stop || cell->fault || lot_done)
        cell->running = 0;

    cell->state = cell->fault ? "Fault" : cell->running ? "Running" : "Stopped";
    cell->message = cell->emergency_stop.on ? "Emergency stop is pressed"
                    : cell->fault           ? "Emergency stop was pressed: reset"
                    : lot_done              ? "Lot complete: reset"
                    : cell->running         ? "Producing"
                                            : "Ready to start";
    cell->current_order = cell->order[0] ? cell->order : "none";
    cell->green = cell->running;
    cell->yellow = !cell->running && !cell->fault;
    cell->red = cell->fault && cell->scan_count / 25 % 2 == 0; /* flashes twice a second */
}

/* ---- The cell: belts, parts and sensors ---- */

static double limit(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

static double rounded(double value, double step) {
    return (double)(int64_t)(value / step + 0.5) * step;
}

static int on_belt(const struct cell *cell, double from, double to) {
    int i, found = 0;
    for (i = 0; i < cell->parts; i++)
        found += cell->part[i] > from && cell->part[i] - PART_MM < to;
    return found;
}

static void simulate(struct cell *cell, double seconds) {
    double target = cell->running ? limit(cell->speed_setpoint, 0, 1000) : 0;
    double step = (cell->fault ? 4000 : 800) * seconds; /* mm/s gained or lost in this scan */
    double moved;
    int i;

    for (i = 0; i < BELTS; i++) {
        struct belt *belt = &cell->belt[i];
        belt->speed += limit(target - belt->speed, -step, step);
        belt->running = belt->speed > 0;
        belt->status = cell->fault                                          ? "Fault"
                       : belt->speed > target || (belt->running && !target) ? "Slowing down"
                       : belt->speed < target                               ? "Speeding up"
                       : belt->running                                      ? "Running"
                                                                            : "Stopped";
    }

    moved = cell->belt[0].speed * seconds;
    for (i = 0; i < cell->parts; i++)
        cell->part[i] += moved;
    if (cell->parts > 0 && cell->part[0] - PART_MM > LINE_MM) {
        cell->parts--;
        memmove(cell->part, cell->part + 1, (size_t)cell->parts * sizeof cell->part[0]);
        cell->parts_out++;
    }
    cell->since_last_part += moved;
    if (moved > 0 && cell->since_last_part >= SPACING_MM && !cell->feeder_blocked.on && cell->parts < MAX_PARTS &&
        (cell->lot_size <= 0 || cell->parts_in < cell->lot_size)) {
        cell->part[cell->parts++] = 0;
        cell->since_last_part = 0;
        cell->parts_in++;
    }

    for (i = 0; i < BELTS; i++) {
        struct belt *belt = &cell->belt[i];
        double begin = (double)i * BELT_MM;
        double amperes;
        belt->part_count = on_belt(cell, begin, begin + BELT_MM);
        belt->sensor_entry = on_belt(cell, begin + 50, begin + 50) > 0;
        belt->sensor_exit = on_belt(cell, begin + BELT_MM - 50, begin + BELT_MM - 50) > 0;
        amperes = belt->running ? 0.4 + belt->speed * 0.002 + (double)belt->part_count * 0.15 : 0;
        belt->current = rounded(amperes, 0.01);
        belt->temperature += (25 + amperes * 12 - belt->temperature) * seconds / 60;
    }
}

/* ---- The program ---- */

static void report_events(rv_interface *iface) {
    char text[4096];
    rv_event event;
    rv_log_record record;
    while (rv_poll_event(iface, &event, text, sizeof text, NULL) == 1) {
        if (event.type == RV_EVENT_CLIENT_JOINED)
            printf("gateway: client %u joined: %s\n", (unsigned)event.client, text);
        else if (event.type == RV_EVENT_CLIENT_LEFT)
            printf("gateway: client %u left: %s\n", (unsigned)event.client, text);
    }
    while (rv_poll_log(iface, &record, sizeof record, text, sizeof text, NULL) == 1) {
        if (record.level <= RV_LOG_WARN)
            printf("gateway: %s\n", text);
    }
    fflush(stdout);
}

int main(int argc, char **argv) {
    struct arguments arguments = { "127.0.0.1", 7000, 0, 0 };
    struct cell cell;
    rv_options options;
    rv_interface *iface = NULL;
    rv_info info;
    rv_stats stats;
    int64_t begin, next;
    int i;

    parse_arguments(argc, argv, &arguments, usage);
    check_library();
    stop_on_signals();

    memset(&cell, 0, sizeof cell);
    cell.speed_setpoint = 300;
    cell.since_last_part = SPACING_MM;
    for (i = 0; i < BELTS; i++)
        cell.belt[i].temperature = 25;

    check("rv_options_init", rv_options_init(&options, sizeof options, RV_MODE_SERVER));
    options.address = arguments.address;
    options.port = arguments.port;
    options.own_perspective = RV_PERSPECTIVE_CONTROLLER;
    options.send_mode = RV_SEND_MANUAL;
    options.allow_anonymous_network = (uint8_t)arguments.anonymous_network;
    check("rv_create", rv_create(&options, &iface));
    declare_signals(iface, &cell);
    check("rv_start", rv_start(iface));
    check("rv_get_info", rv_get_info(iface, &info, sizeof info));
    printf("gateway: listening on %s port %u, %d signals\n", arguments.address, (unsigned)info.port, (int)SIGNALS);
    fflush(stdout);

    begin = next = now_ns();
    while (!stop_requested && (arguments.seconds <= 0 || now_ns() - begin < (int64_t)(arguments.seconds * 1e9))) {
        int64_t scan_began = now_ns();
        read_inputs(iface, &cell);
        control(&cell);
        simulate(&cell, SCAN_MS / 1000.0);
        cell.scan_count++;
        write_outputs(iface, &cell);
        if (cell.scan_count % 10 == 0) {
            report_events(iface);
            cell.scan_time_ms = rounded((double)(now_ns() - scan_began) / 1e6, 0.001);
        }
        next += (int64_t)SCAN_MS * 1000000;
        if (next < now_ns())
            next = now_ns(); /* late: go on from here instead of making scans up */
        sleep_until(next);
    }

    rv_stop(iface, 1000); /* the last values still go out */
    report_events(iface);
    check("rv_get_stats", rv_get_stats(iface, &stats, sizeof stats));
    printf("gateway: ended after %" PRId64 " scans, %" PRIu64 " messages in, %" PRIu64 " out\n", cell.scan_count,
           stats.frames_in, stats.frames_out);
    check("rv_destroy", rv_destroy(iface));
    return 0;
}
