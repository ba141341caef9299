# The image with graphql-yoga, which plugins need, and with a module of plugins next to it:
#
#   docker build -f deploy/plugins.Dockerfile --build-arg GATEWAY_IMAGE=galileo-gateway:0.1.0 -t my-gateway path/to/plugins

ARG GATEWAY_IMAGE=galileo-gateway:0.1.0

FROM ${GATEWAY_IMAGE}
USER root
# Otherwise npm omits it: it is an optional peer dependency, and a development dependency.
RUN npm pkg delete devDependencies peerDependencies overrides \
  && npm install --cache=/tmp/npm --ignore-scripts --no-audit --no-fund graphql-yoga@5.24 \
  && rm -rf /tmp/npm
USER 1000:1000
COPY plugins.mjs ./
CMD ["serve", "--plugins", "plugins.mjs"]
