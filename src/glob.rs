//! Names with `*` and `?`.

/// Whether `name` fits `pattern`: `*` stands for any characters, also none; `?` for one. Every other character stands
/// for itself; there is no escape.
#[must_use]
pub fn fits(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern.chars(), name.chars());
    // What follows the last star, and what of the name it has not taken.
    let mut star: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let before = name.clone();
        match (pattern.next(), name.next()) {
            (Some('*'), _) => {
                star = Some((pattern.clone(), before.clone()));
                name = before;
            }
            (None, None) => return true,
            (Some('?'), Some(_)) => {}
            (Some(wanted), Some(found)) if wanted == found => {}
            (_, None) => return false,
            _ => {
                // The star takes one character more.
                let Some((after, rest)) = &mut star else {
                    return false;
                };
                if rest.next().is_none() {
                    return false;
                }
                (pattern, name) = (after.clone(), rest.clone());
            }
        }
    }
}

/// Whether `name` fits one of `patterns`.
#[must_use]
pub fn fits_any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| fits(pattern, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn c42_stars_and_question_marks_and_nothing_else_are_special() {
        for (pattern, name, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything / at.all", true),
            ("**", "", true),
            ("?", "", false),
            ("?", "ä", true),
            ("?", "ab", false),
            ("??*", "a", false),
            ("Line1/*", "Line1/Motor", true),
            ("Line1/*", "Line1/", true),
            ("Line1/*", "Line1", false),
            ("Line1/*", "line1/Motor", false),
            ("Line1/*", "xLine1/Motor", false),
            ("Line1/*", "Line10/Motor", false),
            ("*Motor", "Motor", true),
            ("*Motor", "Motor2", false),
            ("*ab", "aab", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("a.c", "abc", false),
            ("a.c", "a.c", true),
            (".*", "abc", false),
            ("[ab]", "a", false),
            ("[ab]", "[ab]", true),
            (r"\*", "*", false),
            (r"\*", r"\anything", true),
            ("(a|b)+", "a", false),
            ("^a$", "a", false),
            ("{a,b}", "a", false),
            ("a*", "a\nb", true),
            ("Ä*", "Ärger", true),
            ("Ä*", "A\u{308}rger", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern:?} {name:?}");
        }
        // Stars that could each take anything must not cost more for it.
        assert!(!fits(&"*a".repeat(40), &"a".repeat(39)));
        assert!(!fits(&format!("{}b", "*a".repeat(40)), &"a".repeat(500)));
    }

    /// The definition, in the most direct way.
    fn slowly(pattern: &[char], name: &[char]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some(('*', rest)) => (0..=name.len()).any(|taken| slowly(rest, &name[taken..])),
            Some((c, rest)) => name
                .split_first()
                .is_some_and(|(first, name)| (*c == '?' || c == first) && slowly(rest, name)),
        }
    }

    proptest! {
        #[test]
        fn fits_as_defined(pattern in "[ab*?ä]{0,8}", name in "[abä]{0,10}") {
            let (p, n): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
            prop_assert_eq!(fits(&pattern, &name), slowly(&p, &n));
        }
    }
}
