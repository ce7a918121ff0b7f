# One image for the API (as it starts by itself), the worker and the command line; compose.yaml shows how each is run.
# Node is the version that everything is tested with: the package `node` of package.json.
FROM node:24.9.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package's install script runs: this image has Node already, and nothing else needs its own.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24.9.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
# Owned by root, so that the process can change nothing of itself, whatever its file system allows.
COPY --from=build /app ./
# `node` of the image, by number: orchestrators that demand a user who is not root look for one.
USER 1000:1000
EXPOSE 4000 4001
# Whether a restart might help. Whether it can work, e.g. for a load balancer, is what /readyz says.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=16", "--import", "tsx", "src/main.ts"]
