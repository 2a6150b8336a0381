using Microsoft.Extensions.DependencyInjection;

await using ServiceProvider services = new ServiceCollection().AddSingleton<object>().BuildServiceProvider();
Console.WriteLine(services.GetRequiredService<object>() is null ? 0 : 4);
