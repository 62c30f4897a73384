//! The tables as the queries see them; what no query asks for is left out.

diesel::table! {
    customers (id) {
        id -> BigInt,
        given_name -> Text,
        family_name -> Text,
        email -> Text,
    }
}

diesel::table! {
    products (id) {
        id -> BigInt,
        sku -> Text,
        name -> Text,
        price_cents -> Integer,
        stock -> Integer,
    }
}

diesel::table! {
    orders (id) {
        id -> BigInt,
        customer_id -> BigInt,
        status -> Text,
    }
}

diesel::table! {
    order_lines (order_id, product_id) {
        order_id -> BigInt,
        product_id -> BigInt,
        quantity -> Integer,
        price_cents -> Integer,
    }
}

diesel::table! {
    order_totals (order_id) {
        order_id -> BigInt,
        total_cents -> BigInt,
    }
}

diesel::joinable!(orders -> customers (customer_id));
diesel::joinable!(order_lines -> products (product_id));
diesel::joinable!(order_totals -> orders (order_id));
diesel::allow_tables_to_appear_in_same_query!(
    customers,
    order_lines,
    order_totals,
    orders,
    products,
);
