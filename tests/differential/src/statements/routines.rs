//! Functions, procedures, sequences.

use std::sync::Arc;

use dbmig_tests::Backend;

use crate::catalogue::{Absent, Call, Column, Routine};
use crate::kind::{Kind, Sign, SqlType, Wire};
use crate::statement::{Expect, Read, Statement};
use crate::values;

/// The next number, in PostgreSQL's words.
pub(super) fn next(sequence: &str) -> Statement {
    let quoted = sequence.replace('\'', "''");
    let mut next = Statement::new(Expect::Same).sql(format!("SELECT nextval('{quoted}')"));
    let (name, kind) = ("bigint".to_owned(), Kind::Big(Sign::Signed));
    let ty = Arc::new(SqlType { name, kind, wire: Wire::None });
    next.reads = vec![Read { name: "nextval".to_owned(), ty, nullable: false, compared: false }];
    next
}

pub(super) fn call(backend: Backend, routine: &Routine) -> Option<Statement> {
    let verb = match routine.call {
        Call::Procedure => "CALL",
        Call::Function(_) => "SELECT",
    };
    let mut call = Statement::new(Expect::Same).sql(format!("{verb} {}(", routine.name));
    for (number, ty) in routine.arguments.iter().enumerate() {
        let (name, nullable, absent) = (String::new(), true, Absent::Null);
        let column = Column { name, ty: ty.clone(), nullable, absent };
        let value = values::usual(backend, &column, 2).into_iter().next()?;
        call = call.sql(if number == 0 { "" } else { ", " }).bind(ty, Some(&value));
    }
    call = call.sql(")");
    if let Call::Function(ty) = &routine.call {
        let (name, ty) = ("result".to_owned(), ty.clone());
        call.reads = vec![Read { name, ty, nullable: true, compared: true }];
    }
    Some(call)
}
