//! dbmig-runtime
