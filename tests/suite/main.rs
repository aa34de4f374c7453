//! Every test of the whole program, one binary: a module a theme. What needs a process to itself is a binary of its own
//! beside this folder; README.md says where a new test goes.

mod common;
mod departments;

mod borders;
mod bureau;
mod checks;
mod checks_printed;
mod classification;
mod cli;
mod conformance;
mod corrections;
mod data_is_text;
mod data_readme;
mod determinism;
mod docx;
mod editions;
mod faults;
mod files;
mod hebei_set;
mod html;
mod layout_cases;
mod layout_errors;
mod layout_readme;
mod nasty;
mod not_known;
mod orderly;
mod pages;
mod pdf_conformance;
mod pdf_file;
mod pdf_sample;
mod printed_documents;
mod properties;
mod published;
mod pull;
mod reference;
mod review;
mod second_set;
mod set_tools;
mod shipped_sets;
mod stress;
mod terminal;
mod trust;
mod typed_texts;
mod workbooks;
mod workspace;
