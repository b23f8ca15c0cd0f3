# tests/image carries this file out where no container engine is at hand.

FROM rust:1.95.0-bookworm AS build
WORKDIR /build
# The dependencies are a layer of their own, which lasts until one of these files changes. What is built here of kmsim
# itself is nothing, and is thrown away.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
RUN mkdir src && touch src/lib.rs && echo 'fn main() {}' >src/main.rs \
    && cargo static && cargo clean --release --locked --package kmsim && rm -r src
COPY . .
# The linker of x86_64 keeps functions that came out alike once, and packs relocations: a tenth of the image's limit. The one
# of arm64 knows neither option.
RUN cargo static $(uname -m | sed -n 's/x86_64/-C link-arg=-Wl,--icf=all -C link-arg=-Wl,--pack-dyn-relocs=relr/p')
# An image has no chown: what is made here is copied with its owner.
RUN mkdir -p target/image/data

FROM scratch
COPY --from=build /build/target/release/kmsim /kmsim
COPY --from=build --chown=65532:65532 /build/target/image/data /data
ENV KMSIM_LISTEN=0.0.0.0:5690
ENV KMSIM_DATA=/data/kmsim.db
# There is no folder for temporary files: here the server tells where it listens, for the health check.
ENV XDG_RUNTIME_DIR=/data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 5690
HEALTHCHECK --interval=2s --timeout=3s --start-period=10s CMD ["/kmsim", "healthcheck"]
ENTRYPOINT ["/kmsim"]
