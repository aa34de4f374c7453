//! What the system says when it refuses a file, in the user's language.

use std::io::{self, ErrorKind};

/// Why the system refused something, and what to try, in the user's language.
pub fn refusal(error: &io::Error) -> (String, &'static str) {
    let (why, hint) = match error.kind() {
        ErrorKind::PermissionDenied => ("没有权限", "检查是否有写入权限，或用 -o 换一个文件夹"),
        ErrorKind::ReadOnlyFilesystem => ("磁盘是只读的", "用 -o 换一个文件夹"),
        ErrorKind::FileTooLarge => ("超过了系统允许的文件大小", "放宽限制（ulimit -f），或用 -o 换一个磁盘上的文件夹"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("磁盘空间不够", "请腾出空间，或用 -o 换一个磁盘上的文件夹")
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            ("已有同名的文件，不是文件夹", "把那个文件移走或改名，或用 -o 换一个文件夹")
        }
        ErrorKind::IsADirectory | ErrorKind::DirectoryNotEmpty => {
            ("已有同名的文件夹", "把那个文件夹移走或改名，或用 -o 换一个文件夹")
        }
        ErrorKind::InvalidFilename => ("名称太长，或含有不允许的字符", "改短部门名称或文件夹名，去掉特殊字符"),
        ErrorKind::NotFound => ("路径不存在", "检查路径，或用 -o 换一个文件夹"),
        _ => return (error.to_string(), "检查输出文件夹能否写入，或用 -o 换一个文件夹"),
    };
    (why.to_string(), hint)
}
