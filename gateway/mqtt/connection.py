"""Connection to an MQTT broker that is made again whenever it is lost."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gateway.mqtt.broker import Broker, BrokerError
from gateway.mqtt.messages import MqttMessage, MqttSession
from gateway.retries import wait_before
from gateway.tls import client_context

KEEP_ALIVE = 5  # s: a silent network is noticed within three of these
CONNECT_PATIENCE = 5.0  # s
ACKNOWLEDGEMENT_PATIENCE = 10.0  # s
_TOPICS_AT_ONCE = 100  # of one request
_log = logging.getLogger(__name__)


class BrokerConnection:
    """Connection of a session to a broker; a context manager.

    Each attempt has a client of its own: its will is that of the session at this moment, and nothing of a lost
    connection is sent again under an old sequence number.

    Parameters
    ----------
    broker : Broker
        Address and credentials.
    session : MqttSession
        Writes and reads the messages. It is called by one thread at a time.
    client_id : str
        Name of the client, unique at the broker: a broker ends the older of two connections of the same name.

    Attributes
    ----------
    connections : int
        Number of connections so far.
    error : str or None
        Reason of the last failed attempt or lost connection; None while connected.
    denied : int
        Number of topics to which the broker of the present connection allows no subscription.

    Raises
    ------
    BrokerError
        A certificate or key that cannot be read.
    """

    def __init__(self, broker: Broker, session: MqttSession, client_id: str) -> None:
        self._broker, self._session, self._client_id = broker, session, client_id
        self._tls = _tls(broker)
        self._lock = threading.RLock()
        self._client: Client | None = None  # of the open connection
        self._opened, self._changed, self._ending = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"mqtt {broker}", daemon=True)
        self.connections = 0
        self.error: str | None = "not connected yet"
        self.denied = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._changed.set()
        self._thread.join()

    @property
    def is_open(self) -> bool:
        """Return whether the broker has accepted the connection and it was not lost since."""
        return self._opened.is_set()

    def wait_open(self, patience: float) -> bool:
        """Wait for the connection at most so long [s]; return whether it is open."""
        return self._opened.wait(patience)

    def publish(self, messages: Iterable[Callable[[], MqttMessage]], patience: float = ACKNOWLEDGEMENT_PATIENCE) -> int:
        """Send messages in order and wait for their acknowledgements.

        Parameters
        ----------
        messages : iterable of callable
            Each makes a message; called only if the connection is open, so that a message takes its sequence number
            only then.
        patience : float
            Time to wait for all acknowledgements [s].

        Returns
        -------
        int
            Number of messages that the broker has acknowledged without a gap before them; one of quality of service 0
            counts when it was handed over.
        """
        sent = []
        with self._lock:
            client = self._client
            if client is None:
                return 0
            for message in messages:
                sent.append(_send(client, message()))
                if sent[-1].rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
                    sent.pop()
                    break
        patience_ends = time.monotonic() + patience
        for number, one in enumerate(sent):
            while not one.is_published():
                remaining = patience_ends - time.monotonic()
                if remaining <= 0 or self._client is not client:
                    return number
                one.wait_for_publish(min(remaining, 0.5))
        return len(sent)

    def _run(self) -> None:
        attempt = 0
        while not self._ending.is_set():
            before = self.connections
            self._connect()
            attempt = 0 if self.connections > before else attempt + 1
            self._ending.wait(wait_before(attempt))

    def _connect(self) -> None:
        """Connect with a new client and stay until the connection is lost or the end."""
        self._changed.clear()
        client = self._new_client()
        try:
            client.connect(self._broker.host, self._broker.port, KEEP_ALIVE)
        except (OSError, ValueError) as error:
            self._note(str(error) or type(error).__name__)
            return
        client.loop_start()
        try:
            if not self._changed.wait(CONNECT_PATIENCE) and not self._opened.is_set():
                self._note(f"no answer within {CONNECT_PATIENCE:g} s")
                return
            if self._opened.is_set():
                self._changed.wait()
        finally:
            self._end(client)

    def _end(self, client: Client) -> None:
        """Say goodbye if the connection is open; forget the client."""
        with self._lock:
            is_open, self._client = self._client is client, None
            self._opened.clear()
            if is_open:
                last = [_send(client, message) for message in self._session.closing()]
        if is_open:
            for sent in last:
                if sent.rc is MQTTErrorCode.MQTT_ERR_SUCCESS:
                    sent.wait_for_publish(1.0)
        client.on_disconnect = None
        client.disconnect()
        client.loop_stop()

    def _new_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=self._client_id, clean_session=True, reconnect_on_failure=False
        )
        client.connect_timeout = CONNECT_PATIENCE
        client.max_inflight_messages_set(1000)
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._tls is not None:
            client.tls_set_context(self._tls)
        with self._lock:
            will = self._session.will()
        if will is not None:
            client.will_set(will.topic, will.content, will.qos, will.is_retained)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_message, client.on_subscribe = self._on_message, self._on_subscribe
        return client

    def _on_connect(
        self, client: Client, _user: object, _flags: ConnectFlags, reason: ReasonCode, _more: Properties | None
    ) -> None:
        if reason.is_failure:
            self._note(f"refused: {reason}")
            return
        self.denied = 0
        with self._lock:
            topics = list(self._session.subscriptions())
            for first in range(0, len(topics), _TOPICS_AT_ONCE):
                client.subscribe([(topic, 1) for topic in topics[first : first + _TOPICS_AT_ONCE]])
            for message in self._session.opened():
                _send(client, message)
            self._client = client
        self.connections += 1
        self.error = None
        _log.info("broker connected broker=%s client=%s", self._broker, self._client_id)
        self._opened.set()

    def _on_disconnect(
        self,
        client: Client,
        _user: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _more: Properties | None,
    ) -> None:
        with self._lock:
            was_open, self._client = self._client is client, None
            self._opened.clear()
            if was_open:
                self._session.lost()
        if was_open:
            self._note(f"lost: {reason}")
        else:
            self._changed.set()

    def _on_message(self, client: Client, _user: object, message: MQTTMessage) -> None:
        with self._lock:
            for reply in self._session.received(message.topic, bytes(message.payload), message.retain):
                _send(client, reply)

    def _on_subscribe(
        self, _client: Client, _user: object, _message: int, reasons: Sequence[ReasonCode], _more: Properties | None
    ) -> None:
        self.denied += sum(reason.is_failure for reason in reasons)

    def _note(self, reason: str) -> None:
        """Note why there is no connection; the log has the end of one, not each attempt."""
        if self.error is None:
            _log.warning("broker not connected broker=%s client=%s reason=%r", self._broker, self._client_id, reason)
        self.error = reason
        self._changed.set()


def _send(client: Client, message: MqttMessage) -> MQTTMessageInfo:
    return client.publish(message.topic, message.content, message.qos, message.is_retained)


def _tls(broker: Broker) -> ssl.SSLContext | None:
    """Return the settings of TLS, with checks of certificate and host name; None without TLS."""
    if not broker.is_encrypted:
        return None
    try:
        context = client_context(broker.authorities)
        if broker.certificate is not None:
            context.load_cert_chain(broker.certificate, broker.key)
    except (OSError, ssl.SSLError) as error:
        raise BrokerError(f"{broker}: certificates cannot be read: {error}") from error
    return context
