//! dbmig-macros
