//! Published test vectors (fixtures/vectors). Every line of a file is tested. The tests state the
//! number of lines, so that a truncated file fails.

mod acvp;
mod pairs;
mod standards;
mod symmetric;

use crate::kit::table;

/// A vector of Project Wycheproof.
struct Vector {
    /// Its file and id, for messages.
    name: String,
    /// Whether it was published as valid.
    valid: bool,
    /// Whether kmsim accepts it.
    taken: bool,
    /// Its bytes, in the order of the file's columns.
    bytes: Vec<Vec<u8>>,
}

/// Vectors with something in common, mostly a key.
struct Group {
    shared: Vec<String>,
    vectors: Vec<Vector>,
}

/// The results of a file's vectors.
#[derive(Debug, PartialEq, Eq)]
struct Tally {
    groups: usize,
    taken: usize,
    refused: usize,
    /// The vectors whose result in kmsim differs from the published one.
    differing: usize,
}

fn groups(file: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut source = String::new();
    for mut row in table(&format!("vectors/wycheproof/{file}")) {
        if row[0] == "group" {
            source.clone_from(&row[1]);
            groups.push(Group { shared: row.split_off(2), vectors: Vec::new() });
            continue;
        }
        let [id, verdict, kmsim, flags, comment, bytes @ ..] = row.as_slice() else {
            panic!("{file}: a line of {} cells", row.len())
        };
        let valid = verdict == "valid";
        let taken = match (verdict.as_str(), kmsim.as_str()) {
            ("valid" | "invalid", "-") => valid,
            ("valid" | "acceptable", "refuses") => false,
            ("invalid" | "acceptable", "accepts") => true,
            other => panic!("{file}: {source} {id}: {other:?}"),
        };
        groups.last_mut().unwrap().vectors.push(Vector {
            name: format!("{file}: {source} {id} ({verdict}; {flags}; {comment})"),
            valid,
            taken,
            bytes: bytes.iter().map(|cell| hex(cell)).collect(),
        });
    }
    groups
}

/// Tests whether each vector of a file is accepted. `key` reads what a group shares.
fn drive<K>(
    file: &str,
    key: impl Fn(&Group) -> K,
    asks: impl Fn(&K, &Group, &Vector) -> bool,
) -> Tally {
    let groups = groups(file);
    let mut tally = Tally { groups: groups.len(), taken: 0, refused: 0, differing: 0 };
    let mut faults = Vec::new();
    for group in groups {
        assert!(!group.vectors.is_empty(), "{file}: a group without vectors");
        let key = key(&group);
        for vector in &group.vectors {
            let taken = asks(&key, &group, vector);
            if taken != vector.taken {
                faults.push(format!(
                    "{}: {}",
                    vector.name,
                    if taken { "taken" } else { "refused" }
                ));
            }
            *if taken { &mut tally.taken } else { &mut tally.refused } += 1;
            tally.differing += usize::from(taken != vector.valid);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    tally
}

/// The bytes of a cell. `-` means no bytes.
fn hex(cell: &str) -> Vec<u8> {
    if cell == "-" {
        return Vec::new();
    }
    assert!(!cell.is_empty(), "not hexadecimal: {cell:?}");
    base16ct::mixed::decode_vec(cell).unwrap()
}
