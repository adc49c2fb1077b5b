# llm-grader as a command: docker run --rm -v "$PWD:/work" -e OPENAI_API_KEY llm-grader grade inbox/ --model gpt-5-mini
FROM python:3.13-slim
COPY . /source
RUN pip install --no-cache-dir /source && rm -rf /source && useradd --create-home grader
USER grader
WORKDIR /work
ENTRYPOINT ["llm-grader"]
