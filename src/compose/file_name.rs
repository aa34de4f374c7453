//! The names of the files that documents are written to.

/// A name that every system takes as a file's: signs it may not hold replaced, no dot or space at its end, and no
/// name that Windows keeps for a device (`CON`, `COM1`), with or without an ending.
pub(crate) fn file_name(text: &str) -> String {
    let clean: String =
        text.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
    let clean = clean.trim().trim_end_matches(['.', ' ']);
    let first = clean.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    match clean {
        "" => "document".to_string(),
        _ if is_device(&first) => format!("_{clean}"),
        _ => clean.to_string(),
    }
}

fn is_device(name: &str) -> bool {
    let numbered = name.strip_prefix("COM").or_else(|| name.strip_prefix("LPT"));
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&name)
        || numbered.is_some_and(|n| n.chars().count() == 1 && n.chars().all(|c| "0123456789¹²³".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_file_name_suits_every_system() {
        let cases = [
            ("631临港部门2023年部门预算公开", "631临港部门2023年部门预算公开"),
            ("../a/b\\c:d*?\"<>|", ".._a_b_c_d______"),
            (" 名称. . ", "名称"),
            ("...", "document"),
            ("con", "_con"),
            ("NUL.2023", "_NUL.2023"),
            ("com¹", "_com¹"),
            ("COM10", "COM10"),
            ("第一\n行", "第一_行"),
        ];
        for (text, name) in cases {
            assert_eq!(file_name(text), name);
        }
    }
}
