#[allow(unused_qualifications)]
const _: () = {
    use ::event_runtime::__private;
    const __OLDER: __private::Known<OrderPlacedV1> = <OrderPlacedV1 as __private::IsEvent>::EVENT;
    const __READS: [__private::Version; __OLDER.reads()] = __OLDER.versions();
    const _: () = __private::check_upcast("order.placed", 2u32, &__OLDER);
    const __DATA: &__private::Object = &__private::Object::new(
        "OrderPlaced",
        &[
            __private::Field::hashed(
                    1311787414694181895u64,
                    "email",
                    <String as __private::Schema>::SHAPE,
                )
                .sensitive(),
            __private::Field::hashed(
                6693467979504746524u64,
                "lines",
                <Vec<Line> as __private::Schema>::SHAPE,
            ),
            __private::Field::hashed(
                14621368872412283237u64,
                "order_id",
                <Uuid as __private::Schema>::SHAPE,
            ),
        ],
    );
    const __CONTRACT: &__private::Contract = &__private::Contract::new(
            "order.placed",
            __private::version(2u32),
            "order.placed.v2",
        )
        .with_owner("checkout")
        .with_summary("A customer placed an order.")
        .with_reads(&__READS)
        .with_key("order_id")
        .with_data(__DATA);
    const _: () = __private::check_shape(__DATA);
    #[automatically_derived]
    impl __private::Schema for OrderPlaced {
        const SHAPE: __private::Shape = __private::Shape::Object(__DATA);
    }
    #[automatically_derived]
    impl __private::Event for OrderPlaced {
        const CONTRACT: &'static __private::Contract = __CONTRACT;
        fn key(&self) -> __private::Option<__private::Cow<'_, __private::str>> {
            __private::Option::Some(<Uuid as __private::Key>::text(&self.order_id))
        }
        fn decode(
            __version: __private::Version,
            __body: &[__private::u8],
        ) -> __private::Result<Self, __private::DecodeError> {
            __private::decode_or_upcast(
                __version,
                __body,
                __OLDER,
                <OrderPlacedV1 as __private::Upcast<Self>>::upcast,
            )
        }
    }
    #[automatically_derived]
    impl __private::Debug for OrderPlaced {
        fn fmt(
            &self,
            __formatter: &mut __private::Formatter<'_>,
        ) -> __private::FmtResult {
            match self {
                Self { order_id: __field_0, lines: __field_1, email: _ } => {
                    __private::Formatter::debug_struct(__formatter, "OrderPlaced")
                        .field("order_id", __field_0)
                        .field("lines", __field_1)
                        .field("email", &__private::Redacted)
                        .finish()
                }
            }
        }
    }
};
#[cfg(test)]
#[allow(dead_code, unnameable_test_items, unused_imports, unused_qualifications)]
mod __order_placed_v2_contract {
    struct OrderPlaced;
    #[::core::prelude::v1::test]
    fn order_placed_v2_contract() {
        use super::*;
        use ::event_runtime::__private::{Tested, Untested as _};
        Tested::<OrderPlaced>::contract();
    }
}
