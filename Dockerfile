# The gateway alone; its state is in /data, or wherever STORAGE_URL says.
#   docker build -t comfygate .
#   docker run -p 8080:8080 -e API_KEYS=me:a-long-random-secret -e COMFYUI_URL=http://comfyui:8188 -v comfygate:/data comfygate
FROM node:24.19.0-alpine3.24 AS base
WORKDIR /app
COPY package.json package-lock.json ./

FROM base AS modules
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# Without scripts: the development dependency "node" would put a glibc binary before the image's own.
FROM base AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && mkdir -p workflows

FROM base
ENV NODE_ENV=production HOST=0.0.0.0 STORAGE_URL=file:/data NODE_OPTIONS=--max-semi-space-size=1
COPY --from=modules /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/workflows ./workflows
COPY LICENSE ./
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8080) + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1 and gets the SIGTERM of `docker stop`; no shell and no npm in between.
CMD ["node", "dist/runtime/cli.js"]
