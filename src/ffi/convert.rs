//! From the library's records to those that cross.

use std::ffi::c_char;

use super::records::{
    rv_change, rv_client_info, rv_connection_report, rv_event, rv_import_report, rv_info,
    rv_log_record, rv_signal_info, rv_stats,
};
use crate::interface::{
    Change, ClientInfo, ConnectionReport, Event, ImportReport, Info, LogRecord, SignalInfo, Stats,
};
use crate::time::Time;

fn micros(time: Time) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

impl From<Change> for rv_change {
    fn from(change: Change) -> Self {
        Self {
            signal: change.signal,
            kind: change.kind as u8,
            quality: change.quality as u8,
            flags: change.flags,
            integer: change.integer,
            number: change.number,
            change_count: change.change_count,
            rise_count: change.rise_count,
            time_us: micros(change.time),
            source: change.source,
            reserved: 0,
        }
    }
}

impl From<&Event> for rv_event {
    fn from(event: &Event) -> Self {
        Self {
            r#type: event.kind as u32,
            client: event.client,
            token: event.token,
            result: event.result,
            time_us: micros(event.time),
            signal: event.signal,
            reserved: 0,
        }
    }
}

impl From<&Info> for rv_info {
    fn from(info: &Info) -> Self {
        Self {
            mode: info.mode as u32,
            state: info.state as u32,
            port: info.port.into(),
            clients: info.clients,
            signals: info.signals,
            last_error: info
                .last_error
                .as_ref()
                .map_or(0, |error| error.code() as i32),
            reconnect_attempts: info.reconnect_attempts,
            last_client: info.last_client,
        }
    }
}

impl From<&Stats> for rv_stats {
    fn from(stats: &Stats) -> Self {
        Self {
            frames_in: stats.frames_in,
            frames_out: stats.frames_out,
            bytes_in: stats.bytes_in,
            bytes_out: stats.bytes_out,
            values_in: stats.values_in,
            values_out: stats.values_out,
            changes: stats.changes,
            coalesced: stats.coalesced,
            pulses_collapsed: stats.pulses_collapsed,
            queue_overflow: stats.queue_overflow,
            unknown_signal: stats.unknown_signal,
            rejected_type: stats.rejected_type,
            rejected_direction: stats.rejected_direction,
            lossy: stats.lossy,
            denied: stats.denied,
            malformed: stats.malformed,
            unknown_message: stats.unknown_message,
            slow_peer_closed: stats.slow_peer_closed,
            connects: stats.connects,
            disconnects: stats.disconnects,
            refused_connections: stats.refused_connections,
            echoes: stats.echoes,
            corrections: stats.corrections,
            resends: stats.resends,
            cycles: stats.cycles,
            cycles_skipped: stats.cycles_skipped,
            cycle_us_total: stats.cycle_us_total,
            cycle_us_max: stats.cycle_us_max,
            log_dropped: stats.log_dropped,
            events_dropped: stats.events_dropped,
            send_latency: stats.send_latency.buckets,
            crowded_closed: stats.crowded_closed,
        }
    }
}

impl From<&SignalInfo> for rv_signal_info {
    fn from(info: &SignalInfo) -> Self {
        Self {
            kind: info.kind as u32,
            direction: info.direction.map_or(0, |direction| direction as u32),
            access: info.access as u32,
            quality: info.quality as u32,
            source: info.source,
            imported: info.imported.into(),
            reserved: [0; 3],
            age_us: info
                .age_us
                .map_or(-1, |age| i64::try_from(age).unwrap_or(i64::MAX)),
        }
    }
}

impl From<&ClientInfo> for rv_client_info {
    fn from(info: &ClientInfo) -> Self {
        let mut address = [0; 64];
        let room = address.len() - 1;
        for (to, from) in address.iter_mut().zip(info.address.bytes().take(room)) {
            *to = from as c_char;
        }
        Self {
            id: info.id,
            library: info.library.into(),
            subscribed: info.subscribed.into(),
            reserved: [0; 2],
            connected_us: info.connected_us,
            frames_in: info.frames_in,
            frames_out: info.frames_out,
            address,
        }
    }
}

impl From<&ImportReport> for rv_import_report {
    fn from(report: &ImportReport) -> Self {
        Self {
            added: report.added,
            updated: report.updated,
            unchanged: report.unchanged,
            conflicting: report.conflicting,
            refused: report.refused,
            answered: report.answered,
            unanswered: report.unanswered,
            reserved: 0,
        }
    }
}

impl From<&ConnectionReport> for rv_connection_report {
    fn from(report: &ConnectionReport) -> Self {
        Self {
            connect_us: report.connect_us,
            round_trip_us: report.round_trip_us,
            library: report.library.into(),
            reserved: [0; 7],
        }
    }
}

impl From<&LogRecord> for rv_log_record {
    fn from(record: &LogRecord) -> Self {
        Self {
            level: record.level as u32,
            client: record.client,
            time_us: micros(record.time),
        }
    }
}
