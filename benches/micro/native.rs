//! The shared library, loaded as a host loads it: every call goes through an address from `dlsym`.
#![allow(
    unsafe_code,
    reason = "foreign functions are called as a C program would"
)]

use std::ffi::{CString, c_void};
use std::mem::{MaybeUninit, transmute_copy};
use std::time::Duration;

use realvirtual_ws::bench::{rv_change, rv_event, rv_info, rv_options};
use realvirtual_ws::{Declaration, Direction, Interface, Options, Perspective, Value};

use crate::clock::timed;

pub type Handle = *mut c_void;

/// The functions that are measured, and those needed to get there.
#[derive(Clone, Copy)]
pub struct Library {
    pub set_bool: extern "C" fn(Handle, u32, u8) -> i32,
    pub set_float: extern "C" fn(Handle, u32, f64) -> i32,
    get_bool: unsafe extern "C" fn(Handle, u32, *mut u8) -> i32,
    poll_changes: unsafe extern "C" fn(Handle, *mut rv_change, u32) -> i32,
    poll_event: unsafe extern "C" fn(Handle, *mut rv_event, *mut i8, usize, *mut usize) -> i32,
    wait: extern "C" fn(Handle, u32) -> i32,
    options_init: unsafe extern "C" fn(*mut rv_options, u32, u32) -> i32,
    create: unsafe extern "C" fn(*const rv_options, *mut Handle) -> i32,
    start: extern "C" fn(Handle) -> i32,
    add_signal: unsafe extern "C" fn(Handle, *const i8, u32, u32, *mut u32) -> i32,
    get_info: unsafe extern "C" fn(Handle, *mut rv_info, u32) -> i32,
}

impl Library {
    /// Loads the library that was built together with this program.
    pub fn load() -> Self {
        let program = std::env::current_exe().expect("a path");
        let path = program.with_file_name("librealvirtual_ws.so");
        let path = CString::new(path.to_str().expect("a path in UTF-8")).expect("no NUL");
        // SAFETY: the path is a C string, and this library runs nothing when it is loaded.
        let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        assert!(!library.is_null(), "cannot load {path:?}");
        let symbol = |name: &str| -> *mut c_void {
            let name = CString::new(name).expect("no NUL");
            // SAFETY: an open library and a C string.
            let address = unsafe { libc::dlsym(library, name.as_ptr()) };
            assert!(!address.is_null(), "no {name:?}");
            address
        };
        macro_rules! function {
            ($name:literal) => {{
                let address = symbol($name);
                // SAFETY: the field's type is that of the function in the header.
                unsafe { transmute_copy(&address) }
            }};
        }
        Self {
            set_bool: function!("rv_set_bool"),
            set_float: function!("rv_set_float"),
            get_bool: function!("rv_get_bool"),
            poll_changes: function!("rv_poll_changes"),
            poll_event: function!("rv_poll_event"),
            wait: function!("rv_wait"),
            options_init: function!("rv_options_init"),
            create: function!("rv_create"),
            start: function!("rv_start"),
            add_signal: function!("rv_add_signal"),
            get_info: function!("rv_get_info"),
        }
    }

    /// A server on a free port, not started.
    pub fn server(&self) -> Handle {
        let mut options = MaybeUninit::<rv_options>::uninit();
        let mut handle = std::ptr::null_mut();
        // SAFETY: the options are filled by `rv_options_init` before they are read.
        unsafe {
            let size = size_of::<rv_options>() as u32;
            assert_eq!((self.options_init)(options.as_mut_ptr(), size, 1), 0);
            (*options.as_mut_ptr()).port = 0;
            assert_eq!((self.create)(options.as_ptr(), &raw mut handle), 0);
        }
        handle
    }

    /// Declares a signal.
    pub fn add(&self, server: Handle, name: &str, value: &Value, direction: Direction) -> u32 {
        let name = CString::new(name).expect("no NUL");
        let kind = value.as_ref().kind() as u32;
        let mut id = 0;
        // SAFETY: a C string and a place for the id.
        let result = unsafe {
            (self.add_signal)(
                server,
                name.as_ptr().cast(),
                kind,
                direction as u32,
                &raw mut id,
            )
        };
        assert_eq!(result, 0);
        id
    }

    /// Reads a bool.
    pub fn bool(&self, server: Handle, id: u32, out: &mut u8) -> i32 {
        // SAFETY: a place for the value.
        unsafe { (self.get_bool)(server, id, out) }
    }

    fn port(&self, server: Handle) -> u16 {
        let mut info = MaybeUninit::<rv_info>::uninit();
        let size = size_of::<rv_info>() as u32;
        // SAFETY: room for what the size says, filled where the result is 0.
        let info = unsafe {
            assert_eq!((self.get_info)(server, info.as_mut_ptr(), size), 0);
            info.assume_init()
        };
        info.port as u16
    }
}

/// A server in the shared library, and a client that changes all of its signals at once.
pub struct Pair {
    library: Library,
    server: Handle,
    client: Interface,
    values: Vec<(u32, Value)>,
    records: Vec<MaybeUninit<rv_change>>,
}

impl Pair {
    pub fn new(library: Library, signals: &[(String, Value)]) -> Self {
        let server = library.server();
        for (name, value) in signals {
            library.add(server, name, value, Direction::Output);
        }
        assert_eq!((library.start)(server), 0);
        let mut options = Options::client();
        options.port = library.port(server);
        options.own_perspective = Perspective::Controller;
        options.send_mode = realvirtual_ws::options::SendMode::Manual;
        let client = Interface::new(options).expect("a client");
        let values = signals
            .iter()
            .map(|(name, value)| {
                let kind = value.as_ref().kind();
                let id = client
                    .add_signal(&Declaration::new(name, kind, Direction::Output))
                    .expect("a signal");
                (id, value.clone())
            })
            .collect();
        client.start().expect("a start");
        client
            .wait_connected(Duration::from_secs(5))
            .expect("a connection");
        let mut pair = Self {
            library,
            server,
            client,
            values,
            records: vec![MaybeUninit::uninit(); signals.len()],
        };
        // The first state, and a round in which every buffer finds its size.
        pair.poll();
        pair.poll();
        pair
    }

    /// Changes all signals at the client, and polls when they are there: gives how many records one poll had, and its time.
    pub fn poll(&mut self) -> (usize, Duration) {
        for (id, value) in &mut self.values {
            match value {
                Value::Bool(v) => *v = !*v,
                Value::Int(v) => *v += 1,
                Value::Float(v) => *v += 0.25,
                Value::Text(v) => {
                    let last = if v.ends_with('a') { 'b' } else { 'a' };
                    v.pop();
                    v.push(last);
                }
            }
            self.client.set(*id, value.as_ref()).expect("a set");
        }
        self.client.flush().expect("a flush");
        let capacity = self.records.len() as u32;
        loop {
            // Not by polling again and again: the network thread holds the same lock while it applies the frame.
            assert_eq!((self.library.wait)(self.server, 5000), 1);
            self.drain_events();
            let mut count = 0;
            let took = timed(|| {
                let records = self.records.as_mut_ptr().cast();
                // SAFETY: the records have room for that many.
                count = unsafe { (self.library.poll_changes)(self.server, records, capacity) };
            });
            assert!(count >= 0, "polling failed: {count}");
            if count > 0 {
                return (count.unsigned_abs() as usize, took);
            }
        }
    }

    fn drain_events(&self) {
        let (mut event, text, none) = (
            MaybeUninit::<rv_event>::uninit(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
        );
        // SAFETY: room for an event; no text is asked for.
        while unsafe { (self.library.poll_event)(self.server, event.as_mut_ptr(), text, 0, none) }
            == 1
        {}
    }
}
