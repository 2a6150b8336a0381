using Microsoft.Extensions.Hosting;
using Tour;

using var model = new OfflineModel();
using IHost host = Walk.BuildHost(model);
await Walk.RunAsync(host, Console.Out, CancellationToken.None);
