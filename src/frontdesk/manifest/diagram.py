"""The deployed shape as a diagram in Mermaid, which GitHub draws. The same manifest gives the same text."""

from collections.abc import Iterable, Iterator

from frontdesk.manifest.shape import Deployment, Function, Queue


def diagram(deployment: Deployment) -> str:
    """Return a flow chart: the API, functions, tables, relays, the bus, queues and whom they feed."""
    lines = ["flowchart LR", '  callers(["callers"]) --> api{{"HTTP API"}}', '  bus{{"event bus"}}']
    services = [table.name for table in deployment.tables]
    for service in services:
        lines += _service(service, deployment)
    lines += _operations(deployment)
    for service in services:
        lines += _flows(service, deployment)
    for queue in deployment.queues:
        lines += _rules(queue)
    return "\n".join(lines) + "\n"


def _service(service: str, deployment: Deployment) -> Iterator[str]:
    yield f"  subgraph {_id('service', service)}[{service}]"
    yield f'    {_id("table", service)}[("{service}")]'
    for function in _of(service, deployment.functions):
        yield f'    {_id("function", function.name)}["{function.name}"]'
    for queue in deployment.queues:
        if queue.service == service:
            yield f'    {_id("queue", queue.name)}[/"{queue.name}"/]'
    yield "  end"


def _operations(deployment: Deployment) -> Iterator[str]:
    yield "  subgraph operations"
    for function in _of("", deployment.functions):
        yield f'    {_id("function", function.name)}["{function.name}"]'
    for queue in deployment.queues:
        if not queue.mapped:
            yield f'    {_id("queue", queue.name)}[/"{queue.name}"/]'
    yield "  end"
    for schedule in deployment.schedules:
        every = f'{_id("schedule", schedule.name)}(["{schedule.rate}"])'
        yield f"  {every} --> {_id('function', schedule.function)}"
    for function in _of("", deployment.functions):
        if function.kind == "operations":
            yield f"  api --> {_id('function', function.name)}"
    kept, swept = _id("table", deployment.beat.service), deployment.schedules[0].function
    yield f"  {_id('function', swept)} -. beat .-> {kept}"


def _flows(service: str, deployment: Deployment) -> Iterator[str]:
    table = _id("table", service)
    for function in _of(service, deployment.functions):
        name = _id("function", function.name)
        if function.kind == "stream":
            yield f"  {table} -- stream --> {name} --> bus"
            for queue in deployment.queues:
                if queue.service == service and queue.timers:
                    yield f"  {name} -. {_words(queue.timers)} .-> {_id('queue', queue.name)}"
        elif function.kind == "queue":
            yield f"  {_id('queue', function.subscriber)} --> {name} --> {table}"
        else:
            yield f"  api --> {name} --> {table}"


def _rules(queue: Queue) -> Iterator[str]:
    if queue.events:
        yield f"  bus -- {_words(queue.events)} --> {_id('queue', queue.name)}"
    if not queue.mapped:
        yield f"  {_id('queue', queue.name)} --> {_id('function', queue.function)}"


def _of(service: str, functions: Iterable[Function]) -> list[Function]:
    return [function for function in functions if function.service == service]


def _words(names: Iterable[str]) -> str:
    return '"' + "<br>".join(names) + '"'


def _id(what: str, name: str) -> str:
    return f"{what}_{name.replace('-', '_')}"
