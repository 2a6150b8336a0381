using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Optimization;

/// <summary>
/// The models that code of the application may ask: those of all its chat clients, with a key and without. What one model has answered is no answer of
/// another, and which of them the code of a task type asks nobody knows.
/// </summary>
/// <param name="services">The application's services.</param>
/// <param name="keys">The keys of its chat clients.</param>
internal sealed class AskedModels(IServiceScopeFactory services, IEnumerable<object> keys)
{
    private string? _part;

    /// <summary>The part of a key that names the models; empty where none has a name.</summary>
    public string Part => Volatile.Read(ref _part) ?? (_part = Describe());

    private string Describe()
    {
        using IServiceScope scope = services.CreateScope();
        List<string> names = [.. Name("", scope.ServiceProvider.GetService<IChatClient>())];
        foreach (object key in keys.Distinct())
        {
            try
            {
                names.AddRange(Name($"{key}", scope.ServiceProvider.GetKeyedService<IChatClient>(key)));
            }
            catch (Exception)
            {
                // A client that cannot be made is asked by nobody.
            }
        }

        return names.Count == 0 ? "" : $"{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', names.Order(StringComparer.Ordinal)))))}:";
    }

    private static IEnumerable<string> Name(string key, IChatClient? client) =>
        client?.GetService(typeof(ChatClientMetadata)) is ChatClientMetadata { DefaultModelId: { } model } metadata ? [$"{WithLength(key)} {WithLength(metadata.ProviderName)} {WithLength(model)}"] : [];

    /// <summary>Names may hold anything; with their lengths no two lists of them are equal.</summary>
    private static string WithLength(string? name) => $"{name?.Length ?? -1}:{name}";
}
