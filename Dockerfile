# The daemon alone, without a screen: `docker build -t minimix .`, then see README. The home is a volume.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm run build:electron && mkdir -p /out/renderer \
  && cp -r package.json LICENSE dist /out/ && cp -r renderer/dist /out/renderer/ && rm /out/dist/tray.js

FROM node:24-bookworm-slim
# One process that reaps its children: the keyring's and the search's are short-lived, and PID 1 must not collect them dead.
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY --from=build /out /opt/minimix
RUN printf '#!/bin/sh\nexec node --disable-warning=ExperimentalWarning --max-semi-space-size=8 --max-old-space-size=768 /opt/minimix/dist/main.js "$@"\n' > /usr/local/bin/minimix \
  && chmod 755 /usr/local/bin/minimix && install -d -o node -g node -m 700 /home/node/minimix
USER node
ENV MINIMIX_HOME=/home/node/minimix MINIMIX_KEYRING=off
VOLUME /home/node/minimix
# The bouncer's doors, once `bouncer on --listen` says so. The page stays on the container's own loopback.
EXPOSE 15222 15223
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=1m --timeout=10s --start-period=30s CMD ["minimix", "status"]
ENTRYPOINT ["tini", "--", "minimix"]
CMD ["run"]
