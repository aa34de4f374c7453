//! Document → Pages: pure geometry. Same document and fonts, same pages; no clock, no hash order, no files.

pub mod frame;

pub use frame::Pages;
