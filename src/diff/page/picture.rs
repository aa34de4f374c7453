//! What differs in a picture: its file, its words.

use super::Walk;
use crate::diff::{Behind, Spot, TextChange, TextKind};
use crate::document::Picture;

impl Walk<'_, '_> {
    /// A picture that only one side has.
    pub fn whole_picture(&mut self, picture: &Picture, spot: Spot, added: bool) {
        let named = Some(named(picture));
        let (old, new) = if added { (None, named) } else { (named, None) };
        self.picture_change(picture, spot, old, new);
    }

    pub fn picture(&mut self, old: &Picture, new: &Picture, spot: Spot) {
        if old.image != new.image {
            // By its content: the name may be the same.
            let digest = |picture: &Picture| format!("{}：{}", named(picture), &picture.image.digest[..8]);
            self.picture_change(new, spot, Some(digest(old)), Some(digest(new)));
        } else if old.words != new.words {
            let words = |picture: &Picture| format!("{}的说明：{}", named(picture), picture.words);
            self.picture_change(new, spot, Some(words(old)), Some(words(new)));
        } else if old.width != new.width {
            self.diff.layout.push(format!("{}换了大小", named(new)));
        }
    }

    fn picture_change(&mut self, picture: &Picture, spot: Spot, old: Option<String>, new: Option<String>) {
        let behind = Behind {
            words: true,
            files: vec![picture.source.file.clone(), picture.image.file.clone()],
            ..Behind::default()
        };
        let (figures, causes) = (Vec::new(), Vec::new());
        self.diff.texts.push(TextChange { kind: TextKind::Sentence, spot, old, new, figures, causes, behind });
    }
}

fn named(picture: &Picture) -> String {
    let file = &picture.image.file;
    format!("图片“{}”", file.rsplit('/').next().unwrap_or(file))
}
