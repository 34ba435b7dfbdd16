"""A speech recogniser behind the Wyoming protocol, started by whoever measures."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from edge_interpreter.audio.frames import Samples
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.simple_loop import Recognise
from edge_interpreter.evaluation.wyoming import EventReader, WyomingError, recognition

ANSWER_S = 60.0
READ_BYTES = 64 * 1024


class WyomingPeer:
    """The service at `tcp://HOST:PORT`; raises UserError for another kind of address."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if parts.scheme != "tcp" or host is None or port is None:
            raise UserError(f"{address}: a Wyoming service is given as tcp://HOST:PORT")
        self._address, self._host, self._port = address, host, port

    def recogniser(self, language: str | None) -> Recognise:
        """The service as a function; its protocol does not say which language was heard."""
        if language is None:
            raise UserError("say what is spoken (--from TAG): Wyoming does not tell what it heard")

        async def recognise(samples: Samples) -> tuple[str, str]:
            return await self.transcribe(samples, language), language

        return recognise

    async def transcribe(self, samples: Samples, language: str | None) -> str:
        """The words of an utterance, over a connection of its own; raises UserError."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._transcribe(samples, language)
        except TimeoutError:
            raise UserError(f"{self._address}: no answer within {ANSWER_S:.0f} s") from None
        except (OSError, WyomingError) as error:
            raise UserError(f"{self._address}: {error}") from error

    async def _transcribe(self, samples: Samples, language: str | None) -> str:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            for event in recognition(samples, language):
                writer.write(event.encode())
            await writer.drain()
            events = EventReader()
            while received := await reader.read(READ_BYTES):
                for event in events.feed(received):
                    if event.type == "transcript":
                        return str(event.data.get("text", "")).strip()
                    if event.type == "error":
                        raise WyomingError(str(event.data.get("text", "it failed")))
            raise WyomingError("it closed the connection without a transcript")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
