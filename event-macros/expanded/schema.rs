#[allow(unused_qualifications)]
const _: () = {
    use ::event_runtime::__private;
    #[automatically_derived]
    impl __private::Schema for Payment {
        const SHAPE: __private::Shape = __private::Shape::Choice(
            &__private::Choice::new(
                    "Payment",
                    __private::Tagging::Internal("method"),
                    &[
                        __private::Variant::hashed(
                                3095880549423155686u64,
                                "transfer",
                                __private::Option::Some(
                                    __private::beside_tag(<Account as __private::Schema>::SHAPE),
                                ),
                            )
                            .with_reads(&["transfer", "wire"]),
                        __private::Variant::hashed(
                                5298596870147225945u64,
                                "unknown",
                                __private::Option::None,
                            )
                            .catch_all(),
                        __private::Variant::hashed(
                            13069813977888539999u64,
                            "card",
                            __private::Option::Some(
                                __private::Shape::Object(
                                    &__private::Object::new(
                                        "Card",
                                        &[
                                            __private::Field::hashed(
                                                    9237349086447201248u64,
                                                    "number",
                                                    <String as __private::Schema>::SHAPE,
                                                )
                                                .sensitive(),
                                            __private::Field::hashed(
                                                    13007550339867810838u64,
                                                    "brand",
                                                    <Option<String> as __private::Schema>::SHAPE,
                                                )
                                                .with_default(""),
                                        ],
                                    ),
                                ),
                            ),
                        ),
                    ],
                )
                .open(),
        );
    }
    #[automatically_derived]
    impl __private::Debug for Payment {
        fn fmt(
            &self,
            __formatter: &mut __private::Formatter<'_>,
        ) -> __private::FmtResult {
            match self {
                Self::Card { number: _, brand: __field_1 } => {
                    __private::Formatter::debug_struct(__formatter, "Card")
                        .field("number", &__private::Redacted)
                        .field("brand", __field_1)
                        .finish()
                }
                Self::Transfer(__field_0) => {
                    __private::Formatter::debug_tuple(__formatter, "Transfer")
                        .field(__field_0)
                        .finish()
                }
                Self::Unknown => __private::Formatter::write_str(__formatter, "Unknown"),
            }
        }
    }
};
