#[allow(unused_qualifications)]
const _: () = {
    use ::event_runtime::__private;
    const __DATA: &__private::Object = &{
        const __INNER: &[&[__private::Field]] = &[
            __private::flat(<Total as __private::Schema>::SHAPE),
        ];
        const __COUNT: __private::usize = __private::count(1usize, __INNER);
        __private::Object::new(
                "Placed",
                &__private::flattened::<
                    __COUNT,
                >(
                    &[
                        __private::Field::hashed(
                            14621368872412283237u64,
                            "order_id",
                            <Uuid as __private::Schema>::SHAPE,
                        ),
                    ],
                    __INNER,
                ),
            )
            .with_unknown(
                __private::unknown(false, &[<Total as __private::Schema>::SHAPE]),
            )
    };
    const __OF: [&__private::Contract; 2usize] = [
        <OrderPlacedV1 as __private::IsEvent>::EVENT.contract,
        <OrderPlaced as __private::IsEvent>::EVENT.contract,
    ];
    const __VERSIONS: [__private::Version; 2usize] = __private::older(&__OF);
    const __CONTRACT: &__private::Contract = &__private::view_contract(
        &__OF,
        &__VERSIONS,
        __DATA,
        "What an invoice needs.",
    );
    const _: () = __private::check_view_of(__DATA, &__OF, 0usize);
    const _: () = __private::check_view_of(__DATA, &__OF, 1usize);
    #[automatically_derived]
    impl __private::Schema for Placed {
        const SHAPE: __private::Shape = __private::Shape::Object(__DATA);
    }
    #[automatically_derived]
    impl __private::View for Placed {
        const CONTRACT: &'static __private::Contract = __CONTRACT;
    }
    #[automatically_derived]
    impl __private::EventSet for Placed {
        const CONTRACTS: &'static [&'static __private::Contract] = &[__CONTRACT];
        fn decode_named(
            __name: &__private::str,
            __version: __private::Version,
            __body: &[__private::u8],
        ) -> __private::Result<Self, __private::DecodeError> {
            __private::decode_view(__name, __version, __body)
        }
    }
};
#[cfg(test)]
#[allow(dead_code, unnameable_test_items, unused_imports, unused_qualifications)]
mod __placed_v1_view {
    struct Placed;
    #[::core::prelude::v1::test]
    fn placed_v1_view() {
        use super::*;
        use ::event_runtime::__private::{Tested, Untested as _};
        Tested::<Placed>::view("placed");
    }
}
