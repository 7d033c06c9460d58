//! Whom a certificate is for, in words. Only for logs: nothing is decided by it.

/// id-at-commonName, 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];

const INTEGER: u8 = 0x02;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;

/// The subject's common name, if it has one in UTF-8 or ASCII.
pub(super) fn common_name(certificate: &[u8]) -> Option<String> {
    // RFC 5280 §4.1: of the part that is signed, what comes before the subject.
    let (signed, _) = inside(SEQUENCE, certificate)?;
    let (mut fields, _) = inside(SEQUENCE, signed)?;
    if let Some((_, rest)) = inside(VERSION, fields) {
        fields = rest;
    }
    for before in [
        INTEGER,  // serial number
        SEQUENCE, // signature algorithm
        SEQUENCE, // issuer
        SEQUENCE, // validity
    ] {
        (_, fields) = inside(before, fields)?;
    }
    let (mut names, _) = inside(SEQUENCE, fields)?;
    while let Some((mut set, rest)) = inside(SET, names) {
        names = rest;
        while let Some((attribute, rest)) = inside(SEQUENCE, set) {
            set = rest;
            let (id, value) = inside(OBJECT_IDENTIFIER, attribute)?;
            if id == COMMON_NAME {
                let (_, text, _) = element(value)?;
                return String::from_utf8(text.to_vec()).ok();
            }
        }
    }
    None
}

/// What is in the element of this kind at the start of `der`, and what comes after it.
fn inside(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(der)?;
    (found == tag).then_some((content, rest))
}

/// Kind, content and rest (X.690 §8.1, with lengths of up to three bytes).
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, der) = der.split_first()?;
    let (&length, der) = der.split_first()?;
    let (length, der) = match length {
        0..=0x7f => (usize::from(length), der),
        0x81..=0x83 => {
            let (digits, der) = der.split_at_checked(usize::from(length - 0x80))?;
            let length = digits
                .iter()
                .fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            (length, der)
        }
        _ => return None,
    };
    let (content, rest) = der.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

    use super::*;

    fn certificate(names: &[(DnType, &str)]) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        for (kind, name) in names {
            params.distinguished_name.push(kind.clone(), *name);
        }
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn the_common_name_is_found_among_others() {
        let long = "x".repeat(300);
        for name in ["twin", "Anlage 7 – Förderer", "", &long] {
            let der = certificate(&[
                (DnType::CountryName, "DE"),
                (DnType::OrganizationName, "realvirtual"),
                (DnType::CommonName, name),
            ]);
            assert_eq!(common_name(&der).as_deref(), Some(name));
        }
        assert_eq!(common_name(&certificate(&[])), None);
        let other = certificate(&[(DnType::OrganizationName, "o")]);
        assert_eq!(common_name(&other), None);
    }

    #[test]
    fn a_certificate_cut_anywhere_has_no_name() {
        let der = certificate(&[(DnType::CommonName, "twin")]);
        for end in 0..der.len() {
            assert_eq!(common_name(&der[..end]), None, "{end}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_a_panic(bytes: Vec<u8>) {
            common_name(&bytes);
        }
    }
}
