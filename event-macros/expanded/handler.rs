/// Authorizes the payment of a placed order.
pub async fn authorize_payment(
    order: OrderPlaced,
    gateway: State<Gateway>,
    context: Context,
) -> Result<PaymentAuthorized, PaymentError> {
    todo!()
}
/// Authorizes the payment of a placed order.
#[allow(non_camel_case_types, missing_debug_implementations)]
pub struct authorize_payment {}
const _: () = {
    use ::event_runtime::__private;
    #[allow(unused_qualifications)]
    const _: () = {
        #[allow(unused_imports)]
        use __private::MaybeInput as _;
        __private::check_batch(false, __private::Probe::<OrderPlaced>::BATCH);
    };
    #[automatically_derived]
    #[allow(trivial_bounds, unused_qualifications)]
    impl __private::Handler for authorize_payment
    where
        OrderPlaced: __private::Input,
        Result<PaymentAuthorized, PaymentError>: __private::Return,
        State<Gateway>: __private::Argument,
        Context: __private::Argument,
    {
        const NAME: &'static __private::str = "authorize_payment";
        const OPTIONS: __private::Options = __private::Options::DEFAULT
            .with_retry(
                __private::RetryPolicy::new(
                    5u32,
                    __private::Duration::from_millis(200u64),
                    __private::Duration::from_secs(30u64),
                ),
            )
            .with_timeout(__private::Duration::from_secs(10u64));
        const SUMMARY: &'static __private::str = "Authorizes the payment of a placed order.";
        type Input = OrderPlaced;
        type Needs = (
            <State<Gateway> as __private::Argument>::Need,
            (<Context as __private::Argument>::Need, ()),
        );
        type Output = <Result<
            PaymentAuthorized,
            PaymentError,
        > as __private::Return>::Output;
        async fn call(
            __input: Self::Input,
            (__need_1, (__need_2, ())): &Self::Needs,
            __call: &__private::Call<'_>,
        ) -> __private::Result<Self::Output, __private::Failed> {
            <Result<
                PaymentAuthorized,
                PaymentError,
            > as __private::Return>::into_result(
                authorize_payment(
                        __input,
                        <State<Gateway> as __private::Argument>::take(__need_1, __call),
                        <Context as __private::Argument>::take(__need_2, __call),
                    )
                    .await,
            )
        }
    }
};
