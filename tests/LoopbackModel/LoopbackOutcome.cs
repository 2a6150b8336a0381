namespace LoopbackModel;

public enum LoopbackOutcome
{
    Answered,

    /// <summary>401, 429 or 500, as scripted.</summary>
    Refused,

    /// <summary>The connection was cut, as scripted.</summary>
    Cut,

    /// <summary>The client went away, or the server was disposed, before the answer was complete.</summary>
    Abandoned,

    /// <summary>The model or the script threw; the client got a 500 with the message, or a cut stream.</summary>
    Failed,
}
