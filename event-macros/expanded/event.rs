const _: () = {
    use ::event_runtime::__private;
    const __OLDER: __private::Known<OrderPlacedV1> = <OrderPlacedV1 as __private::IsEvent>::EVENT;
    const __READS: [__private::Version; __OLDER.reads()] = __OLDER.versions();
    const _: () = __private::check_upcast("order.placed", 2u32, &__OLDER);
    #[automatically_derived]
    impl __private::Event for OrderPlaced {
        const CONTRACT: &'static __private::Contract = &__private::Contract::new(
                "order.placed",
                __private::version(2u32),
                "order.placed.v2",
            )
            .with_owner("checkout")
            .with_summary("A customer placed an order.")
            .with_reads(&__READS)
            .with_key("order_id")
            .with_fields(
                &[
                    __private::Field::new("order_id", "Uuid", false),
                    __private::Field::new("lines", "Vec<Line>", false),
                    __private::Field::new("email", "String", true),
                ],
            );
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
    #[allow(unused_qualifications)]
    impl __private::Debug for OrderPlaced {
        fn fmt(
            &self,
            __formatter: &mut __private::Formatter<'_>,
        ) -> __private::FmtResult {
            __private::Formatter::debug_struct(__formatter, "OrderPlaced")
                .field("order_id", &self.order_id)
                .field("lines", &self.lines)
                .field("email", &__private::Redacted)
                .finish()
        }
    }
};
