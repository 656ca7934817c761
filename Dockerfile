# syntax=docker/dockerfile:1
# docker build -t cds-service:1.0.0 .                                    the service
# docker build -t cds-service:1.0.0 --build-arg EXTRA=telemetry .        and OpenTelemetry
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ARG EXTRA=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock requirements-build.lock requirements-telemetry.lock ./
RUN python -m venv /build && /build/bin/pip install --require-hashes -r requirements-build.lock
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r requirements.lock
RUN if [ "$EXTRA" = telemetry ]; then /venv/bin/pip install --require-hashes -r requirements-telemetry.lock; fi
COPY pyproject.toml README.md LICENSE ./
COPY fixtures ./fixtures
COPY cds_service ./cds_service
RUN /build/bin/python -m hatchling build -t wheel -d /wheels && /venv/bin/pip install --no-deps --no-index /wheels/*.whl

FROM ${PYTHON}
RUN useradd --system --uid 10001 --home-dir /var/lib/cds-service --create-home cds
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    CDS_HOST=0.0.0.0 CDS_PORT=8000 CDS_STORE=/var/lib/cds-service/feedback.sqlite3
USER 10001
WORKDIR /var/lib/cds-service
VOLUME /var/lib/cds-service
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
# Runs with a read-only root file system: only /tmp and /var/lib/cds-service are written to.
# Listening beyond loopback needs configured clients, or CDS_ALLOW_UNAUTHENTICATED=true in plain words.
STOPSIGNAL SIGTERM
ENTRYPOINT ["cds-service"]
CMD ["serve"]
