//! Each rule finds what it is for, and nothing else.
