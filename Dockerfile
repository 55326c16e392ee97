# The page and the HTTP API: docker build -t spobet . && docker run -p 8000:8000 -e SPOBET_TOKEN=... spobet
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY spobet ./spobet
RUN python -m venv /opt/spobet && /opt/spobet/bin/pip install --no-cache-dir '.[serve,pose]'

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 spobet
COPY --from=build /opt/spobet /opt/spobet
USER 10001
ENV PATH=/opt/spobet/bin:$PATH
VOLUME /home/spobet/.local/share/spobet
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/api/health', timeout=4)"]
ENTRYPOINT ["spobet", "serve", "--host", "0.0.0.0"]
CMD ["wlasl100-hands-open"]
