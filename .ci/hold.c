/* Holds a file as Word and PDF readers do, so that others may read it and none may replace it, until its standard
   input ends. Says "held" when it has it. */
#include <stdio.h>
#include <windows.h>

int wmain(int count, wchar_t **arguments)
{
    HANDLE file = CreateFileW(count > 1 ? arguments[1] : L"", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                              FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return 1;
    puts("held");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
