# tests/image/run carries this file out where no container engine is at hand.

FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
RUN cargo static
# An image has no chown: what is made here is copied with its owner.
RUN mkdir -p target/image/data

FROM scratch
COPY --from=build /build/target/release/kmsim /kmsim
COPY --from=build --chown=65532:65532 /build/target/image/data /data
ENV KMSIM_LISTEN=0.0.0.0:5690
ENV KMSIM_DATA=/data/kmsim.db
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 5690
HEALTHCHECK --interval=2s --timeout=3s --start-period=10s CMD ["/kmsim", "healthcheck"]
ENTRYPOINT ["/kmsim"]
