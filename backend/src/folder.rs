//! Folders for what people write: whoever runs the program may look into them, and nobody else of the same machine.

use std::{fs::DirBuilder, io, path::Path};

/// Makes a folder and those above it, each for its owner alone. One that is there keeps its mode.
///
/// # Errors
/// When it is not there and cannot be made.
pub fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    #[test]
    fn a_new_folder_is_its_owners_alone_and_another_is_left_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let mode = |folder: &Path| fs::metadata(folder).unwrap().permissions().mode() & 0o777;
        let (above, inside) = (root.path().join("a"), root.path().join("a/b"));
        make(&inside).unwrap();
        assert_eq!((mode(&above), mode(&inside)), (0o700, 0o700));
        fs::set_permissions(&above, fs::Permissions::from_mode(0o755)).unwrap();
        make(&above).unwrap();
        assert_eq!(mode(&above), 0o755);
    }
}
