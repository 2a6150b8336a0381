using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>
/// Receives many requests to a model at once and answers them within hours, at a lower price. <see cref="OpenAIBatchEndpoint"/> speaks OpenAI's protocol; write your own for another
/// provider. Used by several runs at a time, so it must be safe for concurrent use.
/// </summary>
/// <remarks>
/// A method that fails throws. <see cref="BatchEndpointException"/> says whether it is of use to try again; any other exception is tried again. Whatever fails, a call is not lost: it
/// is made at the model's endpoint in time.
/// </remarks>
public interface IBatchEndpoint
{
    /// <summary>Gets the maximum number of requests of one batch.</summary>
    /// <value>At least 1.</value>
    int MaxRequests { get; }

    /// <summary>Gets the maximum size of the requests of one batch together.</summary>
    /// <value>In bytes, greater than 0.</value>
    long MaxBytes { get; }

    /// <summary>Gets the name of the model that answers calls which name none.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: it is not known. A chat client that says that it asks another one keeps its calls: they are made at the model's endpoint.
    /// </value>
    string? DefaultModelId => null;

    /// <summary>Writes a request in the form that the endpoint receives. The same request must give the same bytes every time: they identify it.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="options">The options of the call.</param>
    /// <returns>The request; <see langword="null"/> when the endpoint cannot be asked this, so that it is asked at the model's endpoint.</returns>
    ReadOnlyMemory<byte>? TryWrite(IReadOnlyList<ChatMessage> messages, ChatOptions? options);

    /// <summary>Submits a batch, of calls that name the same model or none.</summary>
    /// <param name="name">A name that no other batch has: at most 64 of <c>a-z 0-9 -</c>. Keep it with the batch, so that <see cref="FindAsync"/> finds it.</param>
    /// <param name="requests">The requests, with different ids.</param>
    /// <param name="cancellationToken">
    /// Cancels the operation as long as there is no batch: the run has ended, or another process may continue it. Once a batch may have been made, its id is to be returned.
    /// </param>
    /// <returns>The id of the batch.</returns>
    ValueTask<string> SubmitAsync(string name, IReadOnlyList<BatchedRequest> requests, CancellationToken cancellationToken);

    /// <summary>
    /// Finds a batch of which it is not known whether it was received, because the process ended or the connection broke meanwhile. Called before anything is submitted again.
    /// </summary>
    /// <param name="name">The name of the batch.</param>
    /// <param name="notBefore">A time before it was submitted.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The id of the batch; <see langword="null"/> when there is none, or the endpoint cannot say.</returns>
    ValueTask<string?> FindAsync(string name, DateTimeOffset notBefore, CancellationToken cancellationToken);

    /// <summary>Gets how far a batch is.</summary>
    /// <param name="batchId">The id of the batch.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The status.</returns>
    ValueTask<BatchedStatus> GetStatusAsync(string batchId, CancellationToken cancellationToken);

    /// <summary>Gets the answers of a batch that has ended, in any order.</summary>
    /// <param name="batchId">The id of the batch.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>
    /// An answer or an error for each request that has one. What is missing, because the batch expired or was cancelled, is asked at the model's endpoint. Each attempt receives an answer
    /// of its own, made anew from its JSON (<see cref="AIJsonUtilities.DefaultOptions"/>); one that holds what JSON cannot say is missing too.
    /// </returns>
    IAsyncEnumerable<BatchedAnswer> GetAnswersAsync(string batchId, CancellationToken cancellationToken);

    /// <summary>Cancels a batch. What was answered before is kept and charged. Has no effect on a batch that has ended.</summary>
    /// <param name="batchId">The id of the batch.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>A task for the operation.</returns>
    ValueTask CancelAsync(string batchId, CancellationToken cancellationToken);
}
