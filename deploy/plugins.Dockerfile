# The image with graphql-yoga, which plugins need, a module of plugins, and the packages that this module imports:
#
#   docker build -f deploy/plugins.Dockerfile --build-arg GATEWAY_IMAGE=galileo-gateway:0.1.0 \
#     --build-arg PLUGIN_PACKAGES='@graphql-hive/yoga' -t my-gateway path/to/plugins

ARG GATEWAY_IMAGE=galileo-gateway:0.1.0

FROM ${GATEWAY_IMAGE}
ARG PLUGIN_PACKAGES=
USER root
# Otherwise npm omits it: it is an optional peer dependency, and a development dependency.
RUN npm pkg delete devDependencies peerDependencies overrides \
  && npm install --cache=/tmp/npm --ignore-scripts --no-audit --no-fund graphql-yoga@5.24 ${PLUGIN_PACKAGES} \
  && rm -rf /tmp/npm
USER 1000:1000
COPY plugins.mjs ./
CMD ["serve", "--plugins", "plugins.mjs"]
