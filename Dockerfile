# syntax=docker/dockerfile:1
FROM node:24-slim AS pages
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
COPY frontend/app/package.json app/
COPY frontend/api-client/package.json api-client/
RUN npm ci
COPY frontend/ ./
RUN npm run build

FROM python:3.13-slim AS wheel
WORKDIR /src
COPY requirements/build.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md ./
COPY scripts/hatch_build.py scripts/
COPY migrations/ migrations/
COPY backend/ backend/
COPY --from=pages /src/frontend/app/dist/ frontend/app/dist/
RUN python -m hatchling build -t wheel -d /out

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY requirements/runtime.txt /tmp/
RUN pip install --no-cache-dir --require-hashes -r /tmp/runtime.txt && rm /tmp/runtime.txt
RUN --mount=from=wheel,source=/out,target=/out pip install --no-cache-dir --no-deps /out/*.whl
RUN useradd --system --user-group --no-create-home --shell /usr/sbin/nologin mailwarden \
    && install -d -o mailwarden -g mailwarden -m 0700 /data
USER mailwarden
WORKDIR /data
ENV MAILWARDEN_ENVIRONMENT=production MAILWARDEN_HOST=0.0.0.0 MAILWARDEN_PORT=8000 MAILWARDEN_DATA_DIR=/data
EXPOSE 8000
ENTRYPOINT ["mailwarden"]
CMD ["api"]
