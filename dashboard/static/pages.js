// State of the connection, and the way to the sign-in form when the session has ended.
(() => {
  const connection = document.getElementById("connection");
  const show = (state) => {
    connection.textContent = connection.dataset[state];
    connection.classList.toggle("lost", state === "lost");
  };
  document.addEventListener("htmx:sse:after:connection", () => show("live"));
  document.addEventListener("htmx:sse:after:message", () => show("live"));
  document.addEventListener("htmx:sse:error", () => show("lost"));
  document.addEventListener("htmx:sse:close", () => show("lost"));
  document.addEventListener("ended", () => location.reload());
})();
