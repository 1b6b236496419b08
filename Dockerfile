# Parley in one file: the pages are built, embedded into the binary, and nothing else is left in the image.

FROM node:22.20.0-alpine3.22 AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM golang:1.26.5-alpine3.24 AS server
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/dist web/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags=-s -o /parley ./server

# Alpine and not an empty image: it has the certificates that mail servers are checked against, and wget for the health check.
FROM alpine:3.22.1
RUN adduser -D -H -u 10001 parley && install -d -o parley /var/lib/parley
USER parley
COPY --from=server /parley /usr/local/bin/parley
ENV PARLEY_ADDR=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/parley"]
