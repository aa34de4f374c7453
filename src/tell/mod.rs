//! What the program has to say, as data and in every form it is read in: for the command line, a screen and other
//! programs alike. Everything here returns text or JSON; nothing is printed, no colour and no exit code is decided.
//!
//! | module | tells |
//! |---|---|
//! | [`board`] | where the departments of a bureau stand: text, JSON, HTML |
//! | [`findings`] | what is wrong: text, JSON, HTML, SARIF |
//! | [`why`] | why a figure is what it is, which sums differ by rounding: text, JSON |
//! | [`comparison`] | how far a document is a published one: text |
//! | [`form`] | the form of a table, addresses in its cells: text |
//! | [`differences`] | what differs between two editions: text, JSON, HTML, CSV |
//! | [`history`] | what was published: text |
//! | [`mended`] | what certain changes make of a data folder: unified diff, text |
//! | [`pulled`] | what an edited DOCX asks of its data folder: text |
//! | [`reading`] | what a DOCX holds: tab-separated lines, JSON |
//! | [`rules`] | what a rule asks for, and why: text |

pub mod board;
pub mod comparison;
pub mod differences;
pub mod findings;
pub mod form;
pub mod history;
pub mod mended;
pub mod published;
pub mod pulled;
pub mod reading;
pub mod reconciled;
pub mod rules;
pub mod why;
