ARG BASE
FROM ${BASE}
COPY rootfs/ /
WORKDIR /app
USER 65532:65532
ENV NODE_ENV=production
ENTRYPOINT ["node", "--enable-source-maps", "/app/main.mjs"]
