//! The checked way of enumerations from C's numbers to the library's types.

use safer_ffi::layout::ReprC;

use super::enums::{
    rv_access, rv_catalog_direction, rv_direction, rv_import_direction, rv_kind, rv_list_format,
    rv_mode, rv_note, rv_perspective, rv_send_mode, rv_token_transport,
};
use crate::access::TokenTransport;
use crate::error::{Error, ErrorCode, Result};
use crate::interface::ListFormat;
use crate::options::{CatalogDirection, ImportDirection, Mode, SendMode};
use crate::value::{Access, Direction, Kind, Perspective};

/// An enumeration that hosts pass.
pub trait Input: Sized {
    /// The name in C.
    const NAME: &'static str;
    /// The variant with that number.
    fn from_number(number: u32) -> Option<Self>;
}

macro_rules! inputs {
    ($($name:ident)*) => {$(
        impl Input for $name {
            const NAME: &'static str = stringify!($name);

            fn from_number(number: u32) -> Option<Self> {
                let layout = <$name as ReprC>::CLayout::from(number);
                // SAFETY: every number is a valid layout, and the conversion itself checks that it is a variant.
                unsafe { safer_ffi::layout::from_raw(layout) }
            }
        }
    )*};
}

inputs! {
    rv_mode rv_send_mode rv_kind rv_direction rv_access rv_perspective rv_import_direction rv_catalog_direction
    rv_list_format rv_note rv_token_transport
}

/// Checks the number of an argument, field or option `name`.
pub fn checked<T: Input>(number: u32, name: &str) -> Result<T> {
    T::from_number(number).ok_or_else(|| {
        Error::new(
            ErrorCode::Argument,
            format!("{name} is {number}, which is no {}", T::NAME),
        )
    })
}

impl From<rv_mode> for Mode {
    fn from(value: rv_mode) -> Self {
        match value {
            rv_mode::RV_MODE_CLIENT => Self::Client,
            rv_mode::RV_MODE_SERVER => Self::Server,
        }
    }
}

impl From<rv_send_mode> for SendMode {
    fn from(value: rv_send_mode) -> Self {
        match value {
            rv_send_mode::RV_SEND_CYCLE => Self::Cycle,
            rv_send_mode::RV_SEND_ON_CHANGE => Self::OnChange,
            rv_send_mode::RV_SEND_MANUAL => Self::Manual,
        }
    }
}

impl From<rv_kind> for Kind {
    fn from(value: rv_kind) -> Self {
        match value {
            rv_kind::RV_KIND_BOOL => Self::Bool,
            rv_kind::RV_KIND_INT => Self::Int,
            rv_kind::RV_KIND_FLOAT => Self::Float,
            rv_kind::RV_KIND_TEXT => Self::Text,
        }
    }
}

impl From<rv_direction> for Direction {
    fn from(value: rv_direction) -> Self {
        match value {
            rv_direction::RV_DIRECTION_AUTO => Self::Auto,
            rv_direction::RV_DIRECTION_INPUT => Self::Input,
            rv_direction::RV_DIRECTION_OUTPUT => Self::Output,
        }
    }
}

impl From<rv_access> for Option<Access> {
    fn from(value: rv_access) -> Self {
        match value {
            rv_access::RV_ACCESS_DEFAULT => None,
            rv_access::RV_ACCESS_READ => Some(Access::Read),
            rv_access::RV_ACCESS_WRITE => Some(Access::Write),
            rv_access::RV_ACCESS_READ_WRITE => Some(Access::ReadWrite),
        }
    }
}

impl From<rv_perspective> for Option<Perspective> {
    fn from(value: rv_perspective) -> Self {
        match value {
            rv_perspective::RV_PERSPECTIVE_UNKNOWN => None,
            rv_perspective::RV_PERSPECTIVE_SIMULATION => Some(Perspective::Simulation),
            rv_perspective::RV_PERSPECTIVE_CONTROLLER => Some(Perspective::Controller),
        }
    }
}

impl From<rv_import_direction> for ImportDirection {
    fn from(value: rv_import_direction) -> Self {
        match value {
            rv_import_direction::RV_IMPORT_INVERT => Self::Invert,
            rv_import_direction::RV_IMPORT_KEEP => Self::Keep,
        }
    }
}

impl From<rv_list_format> for ListFormat {
    fn from(value: rv_list_format) -> Self {
        match value {
            rv_list_format::RV_LIST_AUTO => Self::Auto,
            rv_list_format::RV_LIST_JSON => Self::Json,
            rv_list_format::RV_LIST_CSV => Self::Csv,
        }
    }
}

impl From<rv_token_transport> for TokenTransport {
    fn from(value: rv_token_transport) -> Self {
        match value {
            rv_token_transport::RV_TOKEN_AUTO => Self::Auto,
            rv_token_transport::RV_TOKEN_X_API_KEY => Self::XApiKey,
            rv_token_transport::RV_TOKEN_QUERY => Self::Query,
            rv_token_transport::RV_TOKEN_SUBPROTOCOL => Self::Subprotocol,
        }
    }
}

impl From<rv_catalog_direction> for CatalogDirection {
    fn from(value: rv_catalog_direction) -> Self {
        match value {
            rv_catalog_direction::RV_CATALOG_KEEP => Self::Keep,
            rv_catalog_direction::RV_CATALOG_INVERT => Self::Invert,
            rv_catalog_direction::RV_CATALOG_NEUTRAL => Self::Neutral,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_library_and_others_are_refused() {
        for number in 0..8 {
            let kind = checked::<rv_kind>(number, "kind").map(|kind| Kind::from(kind) as u32);
            assert_eq!(kind.ok(), (1..=4).contains(&number).then_some(number));
            let access = checked::<rv_access>(number, "access")
                .map(|access| Option::<Access>::from(access).map_or(0, |access| access as u32));
            assert_eq!(access.ok(), (number <= 3).then_some(number));
            let direction = checked::<rv_direction>(number, "direction")
                .map(|direction| Direction::from(direction) as u32);
            assert_eq!(direction.ok(), (number <= 2).then_some(number));
        }
        assert!(checked::<rv_mode>(u32::MAX, "mode").is_err());
        assert!(checked::<rv_send_mode>(3, "send_mode").is_err());
    }
}
