# Another image with Go's toolchain, a shell and CA certificates does as well.
ARG GO_IMAGE=docker.io/library/golang:1.26

FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
ARG REVISION=
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X main.version=${VERSION} -X main.revision=${REVISION}" \
      -o /out/andon ./cmd/andon \
 && mkdir /out/data

FROM scratch
ARG VERSION=devel
ARG REVISION=
LABEL org.opencontainers.image.title="andon" \
      org.opencontainers.image.description="Stops the release line while production is unwell" \
      org.opencontainers.image.source="https://github.com/andon-project/andon" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/andon /andon
# A new volume takes over whom the folder belongs to.
COPY --from=build --chown=65532:65532 /out/data /data
VOLUME /data
ENV ANDON_DATA=/data
USER 65532:65532
EXPOSE 9797
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/andon", "health"]
ENTRYPOINT ["/andon"]
CMD ["run", "--config", "/etc/andon/andon.yaml"]
