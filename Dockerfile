# The embedded runtime as an image: one container, one volume. Build it at the root of the checkout.
#
#   docker build -t frontdesk .
#   docker run -p 127.0.0.1:8000:8000 -v frontdesk:/data frontdesk
#
# One container has a volume at a time: a second server on the same data is refused. The volume must be a real disk of
# this machine; SQLite's locks and log do not work on NFS.
#
# With two processors a crowd of requests gets a second process in the same container, which takes some 100 to 200 MB
# more. Under a quota of less than two (`docker run --cpus`) there is no second process.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim-bookworm AS build
WORKDIR /checkout
COPY requirements requirements
RUN python -m venv /opt/frontdesk \
 && /opt/frontdesk/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY infra infra
RUN /opt/frontdesk/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:${PYTHON}-slim-bookworm
RUN useradd --uid 10001 --no-create-home frontdesk && install -d -o frontdesk /data
COPY --from=build /opt/frontdesk /opt/frontdesk
ENV PATH=/opt/frontdesk/bin:$PATH \
    FRONTDESK_DATA=/data \
    FRONTDESK_HOST=0.0.0.0 \
    FRONTDESK_PORT=8000
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=2)"]
ENTRYPOINT ["frontdesk"]
CMD ["up"]
