# tests/image runs the commands of this file where no container engine is available.

FROM rust:1.95.0-bookworm AS build
WORKDIR /build
# The dependencies have a layer of their own, which stays cached until one of these files changes.
# The kmsim that is built here is empty and is removed again.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
RUN mkdir src && touch src/lib.rs && echo 'fn main() {}' >src/main.rs \
    && cargo static && cargo clean --release --locked --package kmsim && rm -r src
COPY . .
# On x86_64, the linker merges identical functions and packs relocations. This saves a tenth of the
# image's size limit. The arm64 linker supports neither option.
RUN cargo static $(uname -m | sed -n 's/x86_64/-C link-arg=-Wl,--icf=all -C link-arg=-Wl,--pack-dyn-relocs=relr/p')
# The final image has no chown: this folder is made here and copied with its owner.
RUN mkdir -p target/image/data

FROM scratch
COPY --from=build /build/target/release/kmsim /kmsim
COPY --from=build --chown=65532:65532 /build/target/image/data /data
ENV KMSIM_LISTEN=0.0.0.0:5690
ENV KMSIM_DATA=/data/kmsim.db
# The image has no folder for temporary files. The server writes its address here, for the health
# check.
ENV XDG_RUNTIME_DIR=/data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 5690
HEALTHCHECK --interval=2s --timeout=3s --start-period=10s CMD ["/kmsim", "healthcheck"]
ENTRYPOINT ["/kmsim"]
