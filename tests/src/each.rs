//! One test per database, so that a failure names its database and the others still run.

/// Makes tests `NAME::postgres`, `NAME::mariadb` and `NAME::sqlite` of a function `NAME` that takes
/// a [`Backend`](crate::Backend); or of some of them: `each_backend!(NAME: postgres Postgres)`.
#[macro_export]
macro_rules! each_backend {
    ($name:ident) => {
        $crate::each_backend!($name: postgres Postgres, mariadb MariaDb, sqlite Sqlite);
    };
    ($name:ident: $($test:ident $backend:ident),+) => {
        mod $name {
            $(
                #[test]
                fn $test() {
                    super::$name($crate::Backend::$backend);
                }
            )+
        }
    };
}

/// `each_backend!` for the databases that need a server.
#[macro_export]
macro_rules! each_server {
    ($name:ident) => {
        $crate::each_backend!($name: postgres Postgres, mariadb MariaDb);
    };
}
