// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a Java program does by default: IPv6 sockets, IPv4 destinations mapped. Three ways to
 * connect; says from which port each left, or the exception.
 *
 * usage: java Dial.java ADDRESS PORT
 */
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.Selector;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

public class Dial {
	private interface Way {
		int port(InetSocketAddress to) throws Exception;
	}

	private static int plain(InetSocketAddress to) throws Exception {
		try (Socket socket = new Socket()) {
			socket.connect(to, 3000);
			return socket.getLocalPort();
		}
	}

	private static int channel(InetSocketAddress to) throws Exception {
		try (SocketChannel channel = SocketChannel.open(to)) {
			return channel.socket().getLocalPort();
		}
	}

	private static int selected(InetSocketAddress to) throws Exception {
		try (SocketChannel channel = SocketChannel.open(); Selector selector = Selector.open()) {
			channel.configureBlocking(false);
			channel.connect(to);
			channel.register(selector, SelectionKey.OP_CONNECT);
			selector.select(3000);
			if (!channel.finishConnect())
				throw new Exception("not connected in time");
			return channel.socket().getLocalPort();
		}
	}

	private static void say(String name, Way way, InetSocketAddress to) {
		try {
			System.out.println(name + " " + way.port(to));
		} catch (Exception e) {
			System.out.println(name + " " + e);
		}
	}

	public static void main(String[] words) {
		InetSocketAddress to = new InetSocketAddress(words[0], Integer.parseInt(words[1]));

		say("socket", Dial::plain, to);
		say("channel", Dial::channel, to);
		say("selector", Dial::selected, to);
	}
}
