namespace AgentOrchestration.Plans;

/// <summary>Where an application keeps its secrets. Registered in its container; implementations must be safe for concurrent use.</summary>
/// <remarks>
/// <para>
/// Until a run has ended and its code has returned, <c>***</c> replaces each secret that an attempt of it was given: in messages of errors,
/// reports of progress, streamed text, events, logs, spans and the journal. A secret is found as it is, without white space around it, by single lines
/// of at least 12 characters, and as it is written in a URL, in JSON, HTML, XML or source code, with each of its characters in any of the ways in which it can
/// be written there, in hexadecimal or in base64 with anything before and after it; one of these within another is found too, and upper and lower case
/// are not distinguished. Streamed text is held back as long as a secret may continue in
/// what follows. A durable run stores no output that holds a secret, and no run adds subtasks that do: the attempt fails. The result
/// cache keeps no such output either. What a rented object throws when it is reset or closed is logged by its type alone. The exception of an attempt that was given a secret is not shown at all, nor one of another attempt whose text
/// or data hold a secret.
/// </para>
/// <para>
/// Not found is a part of a secret, a secret that is split over several reports of progress, fields or attempts, or one that is encrypted, hashed,
/// compressed or written in a way that is not named here; a secret of fewer than 4 characters; and, in outputs, forms of fewer than 8. Not covered
/// are what code writes by itself (its own logs, files and requests), outputs and approvals of a run that is kept in memory only, middleware, what a
/// secret was put into before it reached the library, other runs, and the memory of the process. Give a secret only to code that may know it.
/// </para>
/// </remarks>
public interface ISecretProvider
{
    /// <summary>Finds a secret. Called when an attempt starts; it must answer at once.</summary>
    /// <param name="name">Its name, as it is in arguments.</param>
    /// <returns>Its value, or <see langword="null"/> when there is none; the attempt fails then.</returns>
    string? Find(string name);
}
